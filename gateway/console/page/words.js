// What the page says, in both languages. A test compares the keys.
import { chinese } from './forms.js';

const words = {
  en: {
    live: 'Live', recordings: 'Recordings', past: 'Past', bans: 'Bans', journal: 'Journal', webhooks: 'Webhooks', try: 'Try', health: 'Health',
    skip: 'Skip to the content', language: '中文', dark: 'Dark', light: 'Light', lock: 'Forget the secret',
    secret: 'Admin secret', secretWhy: 'What the server was started with: XZB_ADMIN_SECRET. It stays in this tab.', open: 'Open',
    wrong: 'The secret is wrong.', failed: 'It failed', unreachable: 'The server does not answer.', close: 'Close',
    rooms: '{n} live', asked: 'not told of changes; asked every 5 seconds', firstOf: 'the newest {n} are shown', noneFound: 'No room fits “{text}”.', none: 'Nobody is live yet', noneWhy: 'Push a stream with ffmpeg or OBS and its room appears here at once; or open a demo room, which has fifty viewers and no picture.',
    pushAddress: 'Get a push address', demoRoom: 'Open a demo room', pushFfmpeg: 'A test pattern with ffmpeg:', pushOBS: 'OBS: Settings, Stream, Custom. Server and stream key:',
    noRecordings: 'No recording is listed.', noPast: 'No session has ended yet.', noBans: 'Nobody is banned.', noMembers: 'Nobody is watching.',
    viewers: 'viewers', likes: 'likes', age: 'on air', find: 'Find a room', sort: 'Order', byTime: 'newest', byViewers: 'viewers', byLikes: 'likes',
    flv: 'FLV', hls: 'HLS', file: 'File', noPicture: 'No picture: {why}', cannotPlay: 'This browser cannot play {codec}. The stream itself is fine: open the address below in VLC or ffplay, or push H.264.',
    soundOnly: 'Sound only: there is no picture that this browser can play. Switch the sound on to hear it.', members: 'Members', story: 'Why it is listed, or not', player: 'Player',
    listed: 'listed', notListed: 'not listed', session: 'session', group: 'group', user: 'user', stream: 'stream',
    when: 'When', source: 'Who said it', what: 'What', verdict: 'What became of it', sequence: 'Push',
    end: 'End the room', kick: 'Kick', ban: 'Ban', unban: 'Lift', remove: 'Delete', sure: 'Really?', reason: 'Reason', hours: 'Hours',
    banLive: 'may not go live', banRooms: 'may not enter rooms', until: 'until', begin: 'Began', duration: 'Length', peak: 'peak', joined: 'came in', title: 'Title',
    action: 'Action', send: 'Send', request: 'Request', reply: 'Reply', time: '{n} ms', trace: 'Trace', step: 'Step', service: 'Service', begins: 'Begins, ms', takes: 'Takes, ms', course: 'Course', required: 'required', scenarios: 'In one click',
    broadcast: 'A whole broadcast', crowd: 'Fifty viewers', thousand: 'A thousand likes', broadcastWhy: 'goes live, twenty viewers, a hundred likes, ends', crowdWhy: 'goes live and stays on air with fifty members', thousandWhy: 'goes live and is liked a thousand times',
    tryWhy: 'Everything here is carried out for real, as if a client had sent it.', oneAction: 'One Action', noReply: 'Press Send: request, curl and reply appear here.', running: 'Running…', done: 'Done: {n} Actions, {failed} failed, {ms} ms',
    services: 'Services', answers: 'answers', silent: 'does not answer', errors: 'Actions since the start', noActions: 'No client has asked for anything yet. What this page asks is not counted.', code: 'code', count: 'count',
    version: 'Version', since: 'up since', configuration: 'Configuration that is not the default', ready: 'ready', unready: 'not ready',
    more: 'More', refresh: 'Refresh', copy: 'Copy', copied: 'Copied',
    bansWhy: 'Who is banned can neither go live nor enter rooms, until the ban ends or is lifted. The live platform is told too.',
    deedDone: 'Done.', platform_done: 'The live platform did its part.', platform_dropped: 'The live platform has cut the push off. It cannot forbid the next one, which each poll ends.',
    platform_failed: 'The live platform did not do its part:', platform_off: 'No live platform is configured, so none was told.', unheard: 'The live platform did not hear of it.', tellAgain: 'Tell it again',
    journalWhy: 'What operators did, the newest first. An operator who shows a JWT is named. An entry is written before its deed.', findEntry: 'Find a user, or a word', noEntries: 'Operators have done nothing here yet.',
    by: 'Who', bySecret: 'the admin secret', deed: 'Deed', detail: 'More about it', deed_end: 'ended the room of', deed_kick: 'took out of a room', deed_ban: 'banned', deed_unban: 'lifted the ban of', deed_remove: 'deleted a recording of',
    deed_resume: 'resumed', deed_revive: 'sent again', deed_platform: 'the live platform did not do its part for',
    webhooksWhy: 'Webhooks tell a server of yours of sessions and recordings. What it does not take is sent again, until it is too old: then it is a dead letter.',
    noWebhooks: 'No webhooks are sent: XZB_WEBHOOK_URL is not set.', hooksOn: 'They are sent.', hooksOff: 'The receiver has answered 410 at {at}, and is told no more.', resume: 'Send again', pending: 'waiting', missed: 'lost before they were sent', read: 'last change looked at',
    dead: 'Dead letters', noDead: 'None: every webhook was taken, or still waits.', attempts: 'Attempts', why: 'Why', died: 'Given up', revive: 'Send again',
    why_listed: 'It is listed, until {until} unless something shows it alive again.',
    why_never_online: 'It is hidden: nobody has said yet that it is online.',
    why_needs_push: 'It is hidden: the anchor says it is online, and the platform has told of no push.',
    why_over: 'It has ended at {ended}: {reason}.', why_banned: 'It has ended, and the user is banned from going live.',
    reason_client: 'the anchor said so', reason_platform: 'the platform told of the end of the push', reason_expired: 'nothing showed it alive for too long',
    reason_replaced: 'the anchor began another session', reason_operator: 'an operator ended it', reason_banned: 'the user was banned',
    reason_denied: 'the platform was asked and said it is not online', reason_forgotten: 'it was never online',
    source_action: 'client', source_event: 'platform', source_presence: 'IM service', source_poll: 'platform, asked', source_media: 'media server', source_operator: 'operator', source_time: 'time',
    what_open: 'asks for a session', what_online: 'is online', what_offline: 'is offline', what_push_began: 'push began', what_push_ended: 'push ended',
    what_recording: 'recording', what_removed: 'file removed', what_confirmed: 'is online', what_refuted: 'is not online', what_end: 'ends it', what_ban: 'ban',
    what_expired: 'no sign of life', what_replaced: 'another session', what_forgotten: 'forgotten',
    verdict_applied: 'done', verdict_unusable: 'unusable', verdict_unknown: 'unknown', verdict_too_short: 'too short', verdict_too_early: 'in the future', verdict_repeated: 'told before',
    verdict_late: 'something newer has happened', verdict_ended_push: 'that push has ended', verdict_wrong_sequence: 'another push has replaced it', verdict_not_online: 'not online',
    verdict_needs_push: 'waits for a push', verdict_banned: 'banned', verdict_removed: 'the file was removed', times: '{n} times',
  },
  zh: {
    live: '直播', recordings: '录像', past: '历史', bans: '封禁', journal: '操作记录', webhooks: 'Webhook', try: '试用', health: '健康',
    skip: '跳到内容', language: 'English', dark: '深色', light: '浅色', lock: '忘记密钥',
    secret: '管理密钥', secretWhy: '服务器启动时的 XZB_ADMIN_SECRET，只保存在本标签页。', open: '打开',
    wrong: '密钥不对。', failed: '失败', unreachable: '服务器没有应答。', close: '关闭',
    rooms: '{n} 个直播间', asked: '没有实时推送，每 5 秒查询一次', firstOf: '显示最新的 {n} 个', noneFound: '没有与“{text}”相符的直播间。', none: '还没有人在直播', noneWhy: '用 ffmpeg 或 OBS 推一路流，房间会立刻出现在这里；也可以打开演示房间，它有五十名观众，没有画面。',
    pushAddress: '获取推流地址', demoRoom: '打开演示房间', pushFfmpeg: '用 ffmpeg 推测试画面：', pushOBS: 'OBS：设置，直播，自定义。服务器与串流密钥：',
    noRecordings: '列表里没有录像。', noPast: '还没有结束的场次。', noBans: '没有被封禁的用户。', noMembers: '没有人在看。',
    viewers: '观众', likes: '点赞', age: '已播', find: '查找直播间', sort: '排序', byTime: '最新', byViewers: '观众', byLikes: '点赞',
    flv: 'FLV', hls: 'HLS', file: '文件', noPicture: '没有画面：{why}', cannotPlay: '本浏览器不能播放 {codec}。流本身没有问题：请用 VLC 或 ffplay 打开下面的地址，或改推 H.264。',
    soundOnly: '只有声音：没有本浏览器能播放的画面。打开声音即可收听。', members: '成员', story: '为什么在列表里，或不在', player: '播放器',
    listed: '在列表里', notListed: '不在列表里', session: '场次', group: '群组', user: '用户', stream: '流',
    when: '时间', source: '来源', what: '事件', verdict: '结果', sequence: '推流',
    end: '结束直播', kick: '踢出', ban: '封禁', unban: '解除', remove: '删除', sure: '确定？', reason: '原因', hours: '小时',
    banLive: '不能开播', banRooms: '不能进房', until: '直到', begin: '开始', duration: '时长', peak: '峰值', joined: '进入人次', title: '标题',
    action: '接口', send: '发送', request: '请求', reply: '应答', time: '{n} 毫秒', trace: '调用链', step: '步骤', service: '服务', begins: '开始（毫秒）', takes: '用时（毫秒）', course: '进程', required: '必填', scenarios: '一键场景',
    broadcast: '一场完整直播', crowd: '五十名观众', thousand: '一千个赞', broadcastWhy: '开播、二十名观众、一百个赞、下播', crowdWhy: '开播，带五十名成员，保持在线', thousandWhy: '开播，被点赞一千次',
    tryWhy: '这里的一切都真的执行，如同客户端发来。', oneAction: '单个接口', noReply: '按“发送”：请求、curl 和应答会显示在这里。', running: '进行中…', done: '完成：{n} 次调用，失败 {failed} 次，{ms} 毫秒',
    services: '服务', answers: '应答', silent: '没有应答', errors: '启动以来的调用', noActions: '还没有客户端来过。本页面的请求不计入。', code: '返回码', count: '次数',
    version: '版本', since: '启动于', configuration: '与默认不同的配置', ready: '就绪', unready: '未就绪',
    more: '更多', refresh: '刷新', copy: '复制', copied: '已复制',
    bansWhy: '被封禁的用户不能开播，也不能进房，直到封禁到期或解除。直播平台也会得到通知。',
    deedDone: '已完成。', platform_done: '直播平台已照办。', platform_dropped: '直播平台已断流，但它不能禁止下一次推流；每次询问平台时会再断。',
    platform_failed: '直播平台没有照办：', platform_off: '没有配置直播平台，因此没有通知。', unheard: '直播平台没有收到。', tellAgain: '再通知一次',
    journalWhy: '管理员做过什么，最新的在前。出示 JWT 的管理员会留下名字。记录先于操作写下。', findEntry: '查找用户或文字', noEntries: '管理员还没有做过什么。',
    by: '操作人', bySecret: '管理密钥', deed: '操作', detail: '详情', deed_end: '结束直播', deed_kick: '踢出房间', deed_ban: '封禁', deed_unban: '解除封禁', deed_remove: '删除录像',
    deed_resume: '恢复发送', deed_revive: '重新发送', deed_platform: '直播平台没有照办',
    webhooksWhy: 'Webhook 把场次和录像告诉您的服务器。没有被接收的会重发，直到太旧：那时成为死信。',
    noWebhooks: '没有发送 Webhook：未设置 XZB_WEBHOOK_URL。', hooksOn: '正在发送。', hooksOff: '接收方于 {at} 回答 410，不再发送。', resume: '恢复发送', pending: '等待中', missed: '发送前已丢失', read: '已读到的变化',
    dead: '死信', noDead: '没有：每个都已被接收，或仍在等待。', attempts: '次数', why: '原因', died: '放弃于', revive: '重新发送',
    why_listed: '在列表里；若没有新的存活迹象，到 {until} 为止。',
    why_never_online: '隐藏中：还没有人说它已上线。',
    why_needs_push: '隐藏中：主播说已上线，但平台还没有报告推流。',
    why_over: '已于 {ended} 结束：{reason}。', why_banned: '已结束，且该用户被禁止开播。',
    reason_client: '主播下播', reason_platform: '平台报告推流结束', reason_expired: '太久没有存活迹象',
    reason_replaced: '主播开了新的一场', reason_operator: '管理员结束', reason_banned: '用户被封禁',
    reason_denied: '询问平台，平台说不在线', reason_forgotten: '从未上线',
    source_action: '客户端', source_event: '平台', source_presence: 'IM 服务', source_poll: '询问平台', source_media: '媒体服务', source_operator: '管理员', source_time: '时间',
    what_open: '请求开播', what_online: '上线', what_offline: '下线', what_push_began: '推流开始', what_push_ended: '推流结束',
    what_recording: '录像', what_removed: '文件已删', what_confirmed: '在线', what_refuted: '不在线', what_end: '结束', what_ban: '封禁',
    what_expired: '没有存活迹象', what_replaced: '新的一场', what_forgotten: '已遗忘',
    verdict_applied: '已生效', verdict_unusable: '无法使用', verdict_unknown: '未知', verdict_too_short: '太短', verdict_too_early: '在未来', verdict_repeated: '说过了',
    verdict_late: '之后已有更新的事', verdict_ended_push: '该推流已结束', verdict_wrong_sequence: '已被另一路推流取代', verdict_not_online: '不在线',
    verdict_needs_push: '等待推流', verdict_banned: '被封禁', verdict_removed: '文件已删', times: '{n} 次',
  },
};

let language = localStorage.getItem('language') || (navigator.language.startsWith('zh') ? 'zh' : 'en');
document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';

// say returns the text of a key, with {name} replaced by its value.
export function say(key, values = {}) {
  const text = words[language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// told is what a form says, which is written in English.
export const told = (text) => (language === 'zh' && chinese[text]) || text;

export function turnLanguage() {
  language = language === 'zh' ? 'en' : 'zh';
  localStorage.setItem('language', language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

// phrase says a word of the server's, such as a verdict, or the word itself if there is none for it.
export const phrase = (kind, word) => words[language][`${kind}_${word}`] ?? word;

// moment is a day and a time as people write them; milliseconds since 1970.
const form = { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
export const moment = (ms) => (ms ? new Date(ms).toLocaleString(document.documentElement.lang, form) : '');

// span is a length of time: 1:02:03.
export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  return (hours ? hours + ':' + two(Math.floor(s / 60) % 60) : Math.floor(s / 60)) + ':' + two(s % 60);
}

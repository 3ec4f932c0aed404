// What the page says, in both languages. A test compares the keys.
const words = {
  en: {
    live: 'Live', recordings: 'Recordings', past: 'Past', bans: 'Bans', try: 'Try', health: 'Health',
    skip: 'Skip to the content', language: '中文', dark: 'Dark', light: 'Light', lock: 'Forget the secret',
    secret: 'Admin secret', secretWhy: 'What the server was started with: XZB_ADMIN_SECRET. It stays in this tab.', open: 'Open',
    wrong: 'The secret is wrong.', failed: 'It failed', unreachable: 'The server does not answer.', close: 'Close',
    rooms: '{n} live', none: 'Nobody is live. Push a stream, or try a whole broadcast under Try.',
    noRecordings: 'No recording is listed.', noPast: 'No session has ended yet.', noBans: 'Nobody is banned.', noMembers: 'Nobody is watching.',
    viewers: 'viewers', likes: 'likes', age: 'on air', find: 'Find a room', sort: 'Order', byTime: 'newest', byViewers: 'viewers', byLikes: 'likes',
    flv: 'FLV', hls: 'HLS', file: 'File', noPicture: 'No picture: {why}', members: 'Members', story: 'Why it is listed, or not', player: 'Player',
    listed: 'listed', notListed: 'not listed', session: 'session', group: 'group', user: 'user', stream: 'stream',
    when: 'When', source: 'Who said it', what: 'What', verdict: 'What became of it', sequence: 'Push',
    end: 'End the room', kick: 'Kick', ban: 'Ban', unban: 'Lift', remove: 'Delete', sure: 'Really?', reason: 'Reason', hours: 'Hours',
    banLive: 'may not go live', banRooms: 'may not enter rooms', until: 'until', begin: 'Begin', ended: 'End', peak: 'peak', joined: 'came in', title: 'Title',
    action: 'Action', send: 'Send', request: 'Request', reply: 'Reply', time: '{n} ms', required: 'required', scenarios: 'In one click',
    broadcast: 'A whole broadcast', crowd: 'Fifty viewers', thousand: 'A thousand likes', running: 'Running…', done: 'Done: {n} Actions, {failed} failed, {ms} ms',
    services: 'Services', answers: 'answers', silent: 'does not answer', errors: 'Actions since the start', code: 'code', count: 'count',
    version: 'Version', since: 'up since', configuration: 'Configuration that is not the default', ready: 'ready', unready: 'not ready',
    more: 'More', refresh: 'Refresh', copy: 'Copy', copied: 'Copied', audit: 'What operators did',
  },
  zh: {
    live: '直播', recordings: '录像', past: '历史', bans: '封禁', try: '试用', health: '健康',
    skip: '跳到内容', language: 'English', dark: '深色', light: '浅色', lock: '忘记密钥',
    secret: '管理密钥', secretWhy: '服务器启动时的 XZB_ADMIN_SECRET，只保存在本标签页。', open: '打开',
    wrong: '密钥不对。', failed: '失败', unreachable: '服务器没有应答。', close: '关闭',
    rooms: '{n} 个直播间', none: '没有人在直播。请推一路流，或在“试用”里跑一场完整直播。',
    noRecordings: '列表里没有录像。', noPast: '还没有结束的场次。', noBans: '没有被封禁的用户。', noMembers: '没有人在看。',
    viewers: '观众', likes: '点赞', age: '已播', find: '查找直播间', sort: '排序', byTime: '最新', byViewers: '观众', byLikes: '点赞',
    flv: 'FLV', hls: 'HLS', file: '文件', noPicture: '没有画面：{why}', members: '成员', story: '为什么在列表里，或不在', player: '播放器',
    listed: '在列表里', notListed: '不在列表里', session: '场次', group: '群组', user: '用户', stream: '流',
    when: '时间', source: '来源', what: '事件', verdict: '结果', sequence: '推流',
    end: '结束直播', kick: '踢出', ban: '封禁', unban: '解除', remove: '删除', sure: '确定？', reason: '原因', hours: '小时',
    banLive: '不能开播', banRooms: '不能进房', until: '直到', begin: '开始', ended: '结束', peak: '峰值', joined: '进入人次', title: '标题',
    action: '接口', send: '发送', request: '请求', reply: '应答', time: '{n} 毫秒', required: '必填', scenarios: '一键场景',
    broadcast: '一场完整直播', crowd: '五十名观众', thousand: '一千个赞', running: '进行中…', done: '完成：{n} 次调用，失败 {failed} 次，{ms} 毫秒',
    services: '服务', answers: '应答', silent: '没有应答', errors: '启动以来的调用', code: '返回码', count: '次数',
    version: '版本', since: '启动于', configuration: '与默认不同的配置', ready: '就绪', unready: '未就绪',
    more: '更多', refresh: '刷新', copy: '复制', copied: '已复制', audit: '管理员做过什么',
  },
};

let language = localStorage.getItem('language') || (navigator.language.startsWith('zh') ? 'zh' : 'en');
document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';

// say returns the text of a key, with {name} replaced by its value.
export function say(key, values = {}) {
  const text = words[language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function turnLanguage() {
  language = language === 'zh' ? 'en' : 'zh';
  localStorage.setItem('language', language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

// moment is a time of day as people write it; milliseconds since 1970.
export const moment = (ms) => (ms ? new Date(ms).toLocaleString(document.documentElement.lang, { hour12: false }) : '');

// span is a length of time: 1:02:03.
export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  return (hours ? hours + ':' + two(Math.floor(s / 60) % 60) : Math.floor(s / 60)) + ':' + two(s % 60);
}

// What one click does. Each takes a function that carries out one Action.
const anchor = 'demo-anchor', group = 'demo-group';

// all runs a task for 0 to n-1, at most ten at a time.
async function all(n, task) {
  let next = 0;
  const worker = async () => { while (next < n) await task(next++); };
  await Promise.all(Array.from({ length: 10 }, worker));
}

async function live(act) {
  await act({
    Action: 'RequestLVBAddr', userid: anchor, groupid: group, title: 'A broadcast from the console',
    userinfo: { nickname: 'Demo', headpic: '', frontcover: '', location: '', desc: '' },
  });
  await act({ Action: 'ChangeStatus', userid: anchor, status: 0 });
}

const enter = (act, i) => act({
  Action: 'EnterGroup', userid: `viewer-${i}`, liveuserid: anchor, groupid: group, flag: 0, nickname: `Viewer ${i}`, headpic: '',
});
const quit = (act, i) => act({ Action: 'QuitGroup', userid: `viewer-${i}`, liveuserid: anchor, groupid: group, flag: 0 });
const like = (act) => act({ Action: 'ChangeCount', userid: anchor, type: 1, optype: 0, flag: 0, fileid: '' });

async function broadcast(act) {
  await live(act);
  await all(20, (i) => enter(act, i));
  await all(100, () => like(act));
  await act({ Action: 'FetchGroupMemberList', liveuserid: anchor, groupid: group, pageno: 1, pagesize: 20 });
  await act({ Action: 'GetUserInfo', userid: anchor, type: 0 });
  await all(20, (i) => quit(act, i));
  await act({ Action: 'ChangeStatus', userid: anchor, status: 1 });
}

// crowd leaves the room on air, with its viewers.
export async function crowd(act) {
  await live(act);
  await all(50, (i) => enter(act, i));
}

async function thousand(act) {
  await live(act);
  await all(1000, () => like(act));
}

export const scenarios = { broadcast, crowd, thousand };

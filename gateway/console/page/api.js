// How the page asks the server: every call shows the admin secret, which is kept in this
// tab only. A link may bring it behind the #, which no server is sent.
const brought = new URLSearchParams(location.hash.slice(1)).get('secret');
if (brought) {
  sessionStorage.setItem('secret', brought);
  history.replaceState(null, '', location.pathname);
}

export const hasSecret = () => Boolean(sessionStorage.getItem('secret'));
export const forgetSecret = () => sessionStorage.removeItem('secret');
export const keepSecret = (secret) => sessionStorage.setItem('secret', secret);

// Refused is thrown when the server does not know the secret.
export class Refused extends Error {}

async function send(method, path, body, signal) {
  const reply = await fetch('api/' + path, {
    method,
    headers: { Authorization: 'Bearer ' + sessionStorage.getItem('secret'), ...(body && { 'Content-Type': 'application/json' }) },
    body: body && (typeof body === 'string' ? body : JSON.stringify(body)),
    signal,
    cache: 'no-store',
  });
  if (reply.status === 401) throw new Refused();
  if (!reply.ok) throw new Error((await reply.text()).trim() || reply.statusText);
  return reply;
}

export async function ask(method, path, body, signal) {
  const reply = await send(method, path, body, signal);
  const text = await reply.text();
  if (!reply.headers.get('Content-Type')?.startsWith('application/json')) return text;
  return JSON.parse(text);
}

// tell reads server-sent events: it yields the lines of each. EventSource could not show the secret.
export async function* tell(path, lastID, signal) {
  const reply = await fetch('api/' + path, {
    headers: { Authorization: 'Bearer ' + sessionStorage.getItem('secret'), ...(lastID && { 'Last-Event-ID': lastID }) },
    signal, cache: 'no-store',
  });
  if (reply.status === 401) throw new Refused();
  if (!reply.ok) throw new Error((await reply.text()).trim() || reply.statusText);
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ''; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split('\n\n');
    rest = events.pop();
    for (const event of events) yield event.split('\n');
  }
}

export const get = (path, values = {}, signal) => ask('GET', path + '?' + new URLSearchParams(values), undefined, signal);

// act carries out an Action as a client would, and tells how long it took on the way there and back, and the id of its trace,
// which the server keeps if it is told to.
export async function act(fields, signal, { traced } = {}) {
  const began = performance.now();
  const answer = await send('POST', traced ? 'action?trace=true' : 'action', fields, signal);
  const reply = await answer.json();
  return { reply, ms: performance.now() - began, trace: answer.headers.get('Trace-Id') };
}

// list returns all rows of a list: live sessions (1) or recordings (2).
export async function list(flag, most, signal) {
  const rows = [];
  for (let pageno = 1; ; pageno++) {
    const { reply } = await act({ Action: 'FetchList', flag, pageno, pagesize: 100 }, signal);
    if (reply.returnValue !== 0) throw new Error(reply.returnMsg);
    rows.push(...reply.returnData.pusherlist);
    if (reply.returnData.pusherlist.length < 100 || rows.length >= most) return { rows, total: reply.returnData.totalcount };
  }
}

// counted reads out of the process's metrics how many Actions had which returnValue.
export async function counted(signal) {
  const sums = new Map();
  for (const line of (await get('metrics', {}, signal)).split('\n')) {
    const found = /^http_server_request_duration_seconds_count\{(.*)\} (\S+)$/.exec(line);
    const label = (name) => new RegExp(`${name}="([^"]*)"`).exec(found[1])?.[1];
    if (!found || !label('xzb_action')) continue;
    const key = `${label('xzb_action')} ${label('xzb_return_value')}`;
    sums.set(key, (sums.get(key) ?? 0) + Number(found[2]));
  }
  return [...sums].map(([key, count]) => ({ action: key.split(' ')[0], code: key.split(' ')[1], count })).sort((a, b) => (a.action + a.code < b.action + b.code ? -1 : 1));
}

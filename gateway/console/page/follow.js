// The rooms that are live: told by the server as they change, or, while it does not tell, asked for.
import { useEffect, useState } from './vendor/preact-htm.js';
import { list, Refused, tell } from './api.js';

const askEvery = 5000; // ms, while nothing is told
const silence = 40_000; // ms; the server says something every 15 seconds

// useRooms returns rows by user, how many are listed in all, whether they are told as they change, and
// what is wrong now. A page that nobody looks at gives its connection back: a browser has few.
export function useRooms(most) {
  const [state, setState] = useState({ rows: null, total: 0, told: false, wrong: null });
  useEffect(() => {
    const rooms = new Rooms(most, setState);
    let ended;
    const turn = () => {
      ended?.abort();
      ended = new AbortController();
      if (!document.hidden) rooms.follow(ended.signal);
    };
    turn();
    document.addEventListener('visibilitychange', turn);
    return () => (document.removeEventListener('visibilitychange', turn), ended.abort());
  }, []);
  return state;
}

class Rooms {
  rows = new Map();
  total = 0;
  id = ''; // of the last event
  retry = 500; // ms

  constructor(most, show) {
    Object.assign(this, { most, show });
  }

  async follow(signal) {
    while (!signal.aborted) {
      let pause = this.retry;
      try {
        await this.listen(signal);
      } catch (wrong) {
        if (signal.aborted) return;
        if (wrong instanceof Refused) return void Promise.reject(wrong);
        await this.ask(signal);
        pause = askEvery;
      }
      await new Promise((ready) => setTimeout(ready, pause));
    }
  }

  // listen follows the server's events until they end.
  async listen(signal) {
    const cut = new AbortController();
    let timer;
    const alive = () => (clearTimeout(timer), timer = setTimeout(() => cut.abort(), silence));
    alive();
    try {
      for await (const lines of tell('events?flag=1', this.id, AbortSignal.any([signal, cut.signal]))) {
        alive();
        this.take(lines);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  // take takes one event: the lines up to an empty one.
  take(lines) {
    let name, data, id;
    for (const line of lines) {
      const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
      if (field === 'event') name = value;
      else if (field === 'data') data = value;
      else if (field === 'id') id = value;
      else if (field === 'retry') this.retry = Number(value) || this.retry;
    }
    if (data !== undefined) this[name]?.(JSON.parse(data));
    if (id !== undefined) this.id = id;
    if (data !== undefined && name !== 'reset') this.tell(true, null);
  }

  reset() { this.rows.clear(); }
  snapshot({ totalcount, pusherlist }) {
    this.total = totalcount;
    for (const row of pusherlist) this.rows.set(row.userid, row);
  }
  listed(row) {
    if (!this.rows.has(row.userid)) this.total++;
    this.rows.set(row.userid, row);
  }
  changed(row) { if (this.rows.has(row.userid)) this.rows.set(row.userid, row); }
  left({ userid }) {
    this.rows.delete(userid);
    this.total--;
  }
  numbers({ numbers }) {
    for (const { userid, viewercount, likecount } of numbers) {
      const row = this.rows.get(userid);
      if (row) this.rows.set(userid, { ...row, viewercount, likecount });
    }
  }

  async ask(signal) {
    try {
      const { rows, total } = await list(1, this.most, signal);
      this.rows = new Map(rows.map((row) => [row.userid, row]));
      this.total = total;
      this.id = ''; // what is told next begins anew
      this.tell(false, null);
    } catch (wrong) {
      if (!signal.aborted) this.tell(false, wrong);
    }
  }

  // tell shows what is known with the next picture: many events may come before it.
  tell(told, wrong) {
    cancelAnimationFrame(this.drawn);
    this.drawn = requestAnimationFrame(() => this.show({ rows: [...this.rows.values()], total: this.total, told, wrong }));
  }
}

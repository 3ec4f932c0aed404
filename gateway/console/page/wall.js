// The live wall: every room that is listed, as it is now.
import { Component, html, useEffect, useMemo, useState } from './vendor/preact-htm.js';
import { useRooms } from './follow.js';
import { Start } from './start.js';
import { Room } from './room.js';
import { say, span } from './words.js';

const most = 2000; // cards on the wall
const orders = {
  byTime: (a, b) => b.timestamp - a.timestamp,
  byViewers: (a, b) => b.viewercount - a.viewercount,
  byLikes: (a, b) => b.likecount - a.likecount,
};

export function Wall({ rest }) {
  const { rows, total, told, wrong } = useRooms(most);
  const [sought, seek] = useState('');
  const [order, setOrder] = useState('byTime');
  useAges();
  const shown = useMemo(() => {
    const text = sought.toLowerCase();
    const found = (rows ?? []).filter((r) => [r.userid, r.title, r.userinfo.nickname].some((t) => t.toLowerCase().includes(text)));
    return found.sort(orders[order]);
  }, [rows, sought, order]);
  const open = rest[0];
  return html`
    <div class="bar">
      <h1 aria-live="polite">${say('rooms', { n: rows ? total : '…' })}</h1>
      ${rows && !told && html`<span class="mark slow">${say('asked')}</span>`}
      ${rows && total > rows.length && html`<small>${say('firstOf', { n: rows.length })}</small>`}
      <input type="search" placeholder=${say('find')} aria-label=${say('find')} value=${sought} onInput=${(e) => seek(e.target.value)} />
      <label>${say('sort')} <select onChange=${(e) => setOrder(e.target.value)}>
        ${Object.keys(orders).map((o) => html`<option value=${o} selected=${o === order}>${say(o)}</option>`)}</select></label>
    </div>
    ${wrong && html`<p role="alert">${say('failed')}: ${wrong.message}</p>`}
    ${rows && !rows.length && html`<${Start} />`}
    ${rows?.length > 0 && !shown.length && html`<p class="empty">${say('noneFound', { text: sought })}</p>`}
    <ul class="wall">${shown.map((row) => html`<${Card} key=${row.userid} row=${row} language=${document.documentElement.lang} />`)}</ul>
    ${open && html`<${Room} user=${open} row=${rows?.find((r) => r.userid === open)} key=${open} close=${() => leave(open)} />`}`;
}

const beforeUser = '#/live/';

// leave closes a user's room, unless the page has gone elsewhere meanwhile, to another room too: a dialog tells late that it has closed.
function leave(user) {
  const { hash } = location;
  if (hash.startsWith(beforeUser) && decodeURIComponent(hash.slice(beforeUser.length)) === user) location.hash = '#/live';
}

// useAges lets the ages of all cards go on, without drawing the cards.
function useAges() {
  useEffect(() => {
    const timer = setInterval(() => {
      for (const time of document.querySelectorAll('.wall time')) {
        const text = age(time.dataset.since);
        if (time.firstChild.data !== text) time.firstChild.data = text; // of the same node, which the page knows
      }
    }, 1000);
    return () => clearInterval(timer);
  }, []);
}

const age = (since) => span(Date.now() / 1000 - since);

// Card is drawn again only when something in it is another.
class Card extends Component {
  shouldComponentUpdate({ row, language }) {
    return row !== this.props.row || language !== this.props.language;
  }
  render({ row }) {
    return card(row);
  }
}

function card(row) {
  const name = row.userinfo.nickname || row.userid;
  return html`<li><a class="card" href=${beforeUser + encodeURIComponent(row.userid)} data-user=${row.userid}>
    <${Cover} row=${row} />
    <time class="on" title=${say('age')} data-since=${row.timestamp}>${age(row.timestamp)}</time>
    <span class="title" dir="auto" title=${row.title}>${row.title || name}</span>
    <span class="name" dir="auto">${name}</span>
    <span class="numbers">
      <span title=${say('viewers')}><${Eye} /> <b class="viewers">${row.viewercount}</b><i class="hidden"> ${say('viewers')}</i></span>
      <span title=${say('likes')}><${Heart} /> <b class="likes">${row.likecount}</b><i class="hidden"> ${say('likes')}</i></span>
    </span>
  </a></li>`;
}

const Eye = () => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M1 8c3.500-6 10.500-6 14 0-3.500 6-10.500 6-14 0z" fill="none" stroke="currentColor" stroke-width="1.500" /><circle cx="8" cy="8" r="2.200" fill="currentColor" /></svg>`;
const Heart = () => html`<svg class="icon heart" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 14 2.200 8.200a3.600 3.600 0 0 1 5.100-5.100l.7.7.7-.7a3.600 3.600 0 0 1 5.100 5.100z" fill="currentColor" /></svg>`;

// first is the first letter as people count them: an emoji of several parts is one.
const first = (text) => new Intl.Segmenter().segment(text)[Symbol.iterator]().next().value?.segment ?? '·';

// Cover is the picture of a row, or the first letter of its title on a colour of its own.
export function Cover({ row }) {
  const url = row.userinfo.frontcover || row.userinfo.headpic;
  const [bad, setBad] = useState('');
  if (/^https?:\/\//.test(url) && bad !== url) return html`<img class="cover" src=${url} alt="" loading="lazy" onError=${() => setBad(url)} />`;
  let hue = 0;
  for (const c of row.userid) hue = (hue * 31 + c.codePointAt(0) * 137) % 360; // alike names are far apart
  return html`<svg class="cover" viewBox="0 0 160 90" aria-hidden="true"><rect width="160" height="90" fill=${`hsl(${hue} 48% 34%)`} />
    <circle cx="150" cy="4" r="80" fill=${`hsl(${hue + 35} 60% 46%)`} opacity=".55" /><circle cx="4" cy="96" r="62" fill=${`hsl(${hue - 40} 60% 42%)`} opacity=".6" />
    <text x="80" y="60" text-anchor="middle" font-size="44" font-weight="600" fill="#fff">${first(row.title || row.userid)}</text></svg>`;
}

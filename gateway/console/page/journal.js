// What operators did, and who did it, newest first.
import { html, useState } from './vendor/preact-htm.js';
import { get } from './api.js';
import { usePolled } from './poll.js';
import { moment, phrase, say } from './words.js';

export function Journal() {
  const { answer, wrong } = usePolled((signal) => get('audit', {}, signal), 3000);
  const [sought, seek] = useState('');
  const text = sought.toLowerCase();
  const shown = (answer?.entries ?? []).filter((e) => [e.by, e.user, e.detail].some((t) => t?.toLowerCase().includes(text)) || !text);
  return html`<div class="bar"><h1>${say('journal')}</h1>
      <input type="search" placeholder=${say('findEntry')} aria-label=${say('findEntry')} value=${sought} onInput=${(e) => seek(e.target.value)} /></div>
    <p class="lead">${say('journalWhy')}</p>
    ${wrong && html`<p role="alert">${say('failed')}: ${wrong.message}</p>`}
    ${answer && !shown.length && html`<p class="empty">${say('noEntries')}</p>`}
    ${shown.length > 0 && html`<div class="scroll long" tabindex="0" role="region" aria-label=${say('journal')}><table>
      <thead><tr>${['when', 'by', 'deed', 'user', 'detail'].map((key) => html`<th scope="col">${say(key)}</th>`)}</tr></thead>
      <tbody>${shown.map((entry) => html`<tr class=${entry.what === 'platform' ? 'bad' : ''}>
        <td>${moment(entry.at)}</td><td>${entry.by || html`<small>${say('bySecret')}</small>`}</td><td>${phrase('deed', entry.what)}</td>
        <td>${entry.user}</td><td>${entry.detail}</td></tr>`)}</tbody></table></div>`}`;
}

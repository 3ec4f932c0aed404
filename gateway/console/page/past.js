// The sessions that have ended, newest first.
import { html, useState } from './vendor/preact-htm.js';
import { get } from './api.js';
import { usePolled } from './poll.js';
import { moment, phrase, say, span } from './words.js';

export function Past() {
  const [user, setUser] = useState('');
  const { answer, wrong } = usePolled((signal) => get('summaries', user ? { user } : {}, signal), 5000, [user]);
  return html`<div class="bar"><h1>${say('past')}</h1>
      <input type="search" placeholder=${say('user')} aria-label=${say('user')} value=${user} onChange=${(e) => setUser(e.target.value)} /></div>
    ${wrong && html`<p role="alert">${say('failed')}: ${wrong.message}</p>`}
    ${answer && !answer.summaries.length && html`<p class="empty">${say('noPast')}</p>`}
    ${answer?.summaries.length > 0 && html`<div class="scroll long" tabindex="0" role="region" aria-label=${say('past')}><table>
      <thead><tr>${['user', 'title', 'begin', 'duration', 'reason', 'peak', 'joined', 'recordings'].map((key) => html`<th scope="col">${say(key)}</th>`)}</tr></thead>
      <tbody>${(answer?.summaries ?? []).map((s) => html`<tr key=${s.user + ' ' + s.session}>
        <td>${s.user}</td><td>${s.title}</td><td>${moment(s.began)}</td><td>${s.began ? span((s.ended - s.began) / 1000) : ''}</td><td>${phrase('reason', s.reason)}</td>
        <td>${s.peak}</td><td>${s.joined}</td><td>${s.recordings}</td></tr>`)}</tbody></table></div>`}`;
}

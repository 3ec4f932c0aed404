// Whether webhooks are sent, how many wait, and those that were given up.
import { html } from './vendor/preact-htm.js';
import { ask, get } from './api.js';
import { Sure } from './ask.js';
import { usePolled } from './poll.js';
import { moment, say } from './words.js';

export function Webhooks() {
  const { answer, wrong, again } = usePolled((signal) => get('webhooks', {}, signal), 2000);
  return html`<h1>${say('webhooks')}</h1>
    <p class="lead">${say('webhooksWhy')}</p>
    ${wrong && html`<p role="alert">${say('failed')}: ${wrong.message}</p>`}
    ${answer && !answer.on && html`<p class="empty">${say('noWebhooks')}</p>`}
    ${answer?.on && html`<${Sending} state=${answer} again=${again} /><${Dead} letters=${answer.dead} again=${again} />`}`;
}

function Sending({ state: { off, pending, read, missed }, again }) {
  return html`<div class="row"><span class=${'mark ' + (off ? 'bad' : 'good')}>${off ? say('hooksOff', { at: moment(off.at) }) : say('hooksOn')}</span>
      ${off && html`<${Sure} label=${say('resume')} does=${() => ask('POST', 'webhooks/resume', {})} after=${again} />`}</div>
    <dl class="figures">${[['pending', pending], ['missed', missed], ['read', read]].map(([key, n]) => html`
      <div><dt>${say(key)}</dt><dd class=${key === 'missed' && n ? 'bad' : ''}>${n}</dd></div>`)}</dl>`;
}

function Dead({ letters, again }) {
  return html`<h2 id="dead">${say('dead')} ${letters.length}</h2>
    ${!letters.length && html`<p class="empty">${say('noDead')}</p>`}
    ${letters.length > 0 && html`<div class="scroll long" tabindex="0" role="region" aria-labelledby="dead"><table>
      <thead><tr>${['when', 'what', 'user', 'attempts', 'why', 'died', 'deed'].map((key) => html`<th scope="col">${say(key)}</th>`)}</tr></thead>
      <tbody>${[...letters].reverse().map((letter) => html`<tr key=${letter.number}>
        <td>${moment(letter.at)}</td><td><code>${letter.type}</code></td><td>${letter.user}</td><td>${letter.attempts}</td><td>${letter.why}</td><td>${moment(letter.died)}</td>
        <td><${Sure} label=${say('revive')} does=${() => ask('POST', 'webhooks/revive', { number: letter.number })} after=${again} /></td></tr>`)}</tbody></table></div>`}`;
}

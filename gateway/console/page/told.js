// What the live platform did of a deed: the deed itself is done before it is told.
import { html } from './vendor/preact-htm.js';
import { phrase, say } from './words.js';

// Told shows the answer to a deed, and nothing before there is one.
export function Told({ answer }) {
  return html`<div role="status">${answer?.platform && html`<p class=${'told notice ' + answer.platform}>
    <b>${say('deedDone')}</b> ${phrase('platform', answer.platform)}
    ${answer.platform_error && html`<code>${answer.platform_error}</code>`}</p>`}</div>`;
}

// unheard is why the live platform did not hear of a user's ban, as the journal tells it, newest first.
export function unheard(entries, user) {
  const own = entries.filter((entry) => entry.user === user);
  const next = own.findIndex((entry) => entry.what === 'ban') - 1;
  return own[next]?.what === 'platform' ? own[next].detail : '';
}

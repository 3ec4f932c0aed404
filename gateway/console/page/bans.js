// Who may not go live or enter rooms, until when, and whether the live platform knows.
import { html, useState } from './vendor/preact-htm.js';
import { ask, get } from './api.js';
import { Sure } from './ask.js';
import { usePolled } from './poll.js';
import { Told, unheard } from './told.js';
import { moment, say } from './words.js';

export function Bans() {
  const { answer, wrong, again } = usePolled((signal) => get('bans', {}, signal), 5000);
  const { answer: journal, again: reread } = usePolled((signal) => get('audit', {}, signal), 5000);
  const [told, tell] = useState(null);
  const after = (outcome) => (tell(outcome), again(), reread());
  return html`<h1>${say('bans')}</h1>
    <p class="lead">${say('bansWhy')}</p>
    <${BanForm} after=${after} />
    <${Told} answer=${told} />
    ${wrong && html`<p role="alert">${say('failed')}: ${wrong.message}</p>`}
    ${answer && !answer.bans.length && html`<p class="empty">${say('noBans')}</p>`}
    <ul class="bans">${(answer?.bans ?? []).map((ban) => html`<${Ban} key=${ban.user} ban=${ban} unheard=${unheard(journal?.entries ?? [], ban.user)} after=${after} />`)}</ul>`;
}

function Ban({ ban, unheard: why, after }) {
  return html`<li>
    <span><b>${ban.user}</b>
      ${ban.going_live && html`<span class="tag">${say('banLive')}</span>`} ${ban.rooms && html`<span class="tag">${say('banRooms')}</span>`}
      <small>${say('until')} ${moment(ban.until)}${ban.reason && ' · ' + ban.reason}</small>
      ${why && html`<small class="unheard"><span class="mark bad">${say('unheard')}</span> ${why}</small>`}</span>
    <span class="row">${why && html`<${Sure} label=${say('tellAgain')} does=${() => ask('PUT', 'bans', ban)} after=${after} />`}
      <${Sure} label=${say('unban')} does=${() => ask('DELETE', 'bans', { user: ban.user })} after=${after} /></span></li>`;
}

// BanForm bans the user it is given, or the one that is written in it.
export function BanForm({ user, after }) {
  const [wrong, setWrong] = useState('');
  const submit = async (event) => {
    event.preventDefault();
    const form = event.target;
    const fields = new FormData(form);
    try {
      const outcome = await ask('PUT', 'bans', {
        user: user ?? fields.get('user'),
        until: Date.now() + 3_600_000 * Number(fields.get('hours')),
        going_live: fields.has('live'), rooms: fields.has('rooms'), reason: fields.get('reason'),
      });
      setWrong('');
      form.reset();
      form.closest('details').open = false;
      after?.(outcome);
    } catch (error) {
      setWrong(error.message);
    }
  };
  return html`<details class="ban"><summary>${say('ban')}</summary><form onSubmit=${submit}>
    ${user === undefined && html`<label>${say('user')} <input name="user" required maxlength="128" /></label>`}
    <label>${say('hours')} <input name="hours" type="number" min="1" max="2160" value="24" required /></label>
    <label>${say('reason')} <input name="reason" maxlength="512" /></label>
    <label><input type="checkbox" name="live" checked /> ${say('banLive')}</label>
    <label><input type="checkbox" name="rooms" checked /> ${say('banRooms')}</label>
    <button class="danger">${say('ban')}</button>
    ${wrong && html`<p role="alert">${wrong}</p>`}
  </form></details>`;
}

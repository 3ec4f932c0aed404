// How the system is: services, Actions by outcome, version, configuration.
import { html } from './vendor/preact-htm.js';
import { counted, get } from './api.js';
import { usePolled } from './poll.js';
import { moment, say } from './words.js';

export function Health() {
  const { answer, wrong } = usePolled((signal) => get('health', {}, signal), 2000);
  const { answer: actions } = usePolled(counted, 3000);
  const { answer: process } = usePolled((signal) => get('process', {}, signal), 5000);
  return html`<h1>${say('health')}</h1>
    ${wrong && html`<p role="alert">${say('failed')}: ${wrong.message}</p>`}
    <div class="columns">
      <section aria-labelledby="services"><h2 id="services">${say('services')}</h2>
        <ul class="services">${(answer?.services ?? []).map((s) => html`<li key=${s.name}><b>${s.name}</b>
          <span class=${'mark ' + (s.error ? 'bad' : 'good')}>${say(s.error ? 'silent' : 'answers')}</span>
          ${s.error ? html`<code>${s.error}</code>` : html`<small>${say('time', { n: s.milliseconds < 0.1 ? '< 0.1' : s.milliseconds.toFixed(1) })}</small>`}</li>`)}</ul>
        ${process && html`<p><span class=${'mark ' + (process.not_ready ? 'bad' : 'good')}>${say(process.not_ready ? 'unready' : 'ready')}</span> ${process.not_ready}</p>
          <p>${process.program} ${process.version} · ${process.go} · ${say('since')} ${moment(process.started * 1000)}</p>`}
        <h2 id="configuration">${say('configuration')}</h2>
        <div class="scroll" tabindex="0" role="region" aria-labelledby="configuration"><table><tbody>${Object.entries(process?.configuration ?? {}).map(([key, value]) => html`
          <tr><th scope="row"><code>${key}</code></th><td>${value}</td></tr>`)}</tbody></table></div>
      </section>
      <section aria-labelledby="errors"><h2 id="errors">${say('errors')}</h2>
        ${actions && !actions.length && html`<p class="empty">${say('noActions')}</p>`}
        ${actions?.length > 0 && html`<table><thead><tr><th scope="col">${say('action')}</th><th scope="col">${say('code')}</th><th scope="col">${say('count')}</th></tr></thead>
          <tbody>${(actions ?? []).map((a) => html`<tr class=${a.code === '0' ? '' : 'bad'}><td>${a.action}</td><td>${a.code}</td><td>${a.count}</td></tr>`)}</tbody></table>`}
      </section>
    </div>`;
}

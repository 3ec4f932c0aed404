// Every Action as a form that is made of the protocol's own description, and whole scenarios.
import { html, useState } from './vendor/preact-htm.js';
import { act, get } from './api.js';
import { scenarios } from './scenarios.js';
import { usePolled } from './poll.js';
import { Trace } from './trace.js';
import { say, told } from './words.js';

const described = () => fetch(new URL('actions.json', import.meta.url)).then((reply) => reply.json());

export function Try() {
  const { answer: actions } = usePolled(described, 0);
  const [name, choose] = useState('RequestLVBAddr');
  const [tried, setTried] = useState(null);
  const action = actions?.find((one) => one.name === name);
  const submit = async (event) => {
    event.preventDefault();
    const request = read(action, new FormData(event.target));
    try {
      const answer = await act(request, undefined, { traced: true });
      setTried({ request, ...answer });
      const { steps } = await get('trace', { id: answer.trace }).catch(() => ({})); // another copy of the gateway may have it
      setTried((last) => (last?.trace === answer.trace ? { ...last, steps } : last));
    } catch (error) {
      setTried({ request, wrong: error.message });
    }
  };
  return html`<h1>${say('try')}</h1>
    <p class="lead">${say('tryWhy')}</p>
    <${Scenarios} />
    <div class="columns">
      <div>
        <h2>${say('oneAction')}</h2>
        <label>${say('action')} <select onChange=${(e) => (choose(e.target.value), setTried(null))}>
          ${(actions ?? []).map((one) => html`<option value=${one.name} selected=${one.name === name}>${one.name}</option>`)}</select></label>
        ${action && html`<p>${told(action.description)}</p><form key=${name} class="fields" onSubmit=${submit}>
          ${action.fields.map((field) => html`<${Field} key=${field.name} field=${field} />`)}
          <button>${say('send')}</button></form>`}
      </div>
      <div aria-live="polite">${tried ? html`<${Tried} tried=${tried} />` : html`<p class="empty">${say('noReply')}</p>`}</div>
    </div>`;
}

function Field({ field }) {
  const id = 'field-' + field.name;
  return html`<div class="field">
    <label for=${id}>${field.name} ${field.required && html`<small>${say('required')}</small>`}</label>
    ${field.choices
    ? html`<select id=${id} name=${field.name}>${field.choices.map((one) => html`<option value=${one} selected=${String(one) === field.example}>${one}</option>`)}</select>`
    : html`<input id=${id} name=${field.name} value=${field.example} required=${field.required} aria-describedby=${id + '-about'} />`}
    <small id=${id + '-about'}>${told(field.description ?? '')}</small>
  </div>`;
}

// read makes a request of a form. What is empty and need not be there is left out; a name
// with a point is a field of an object.
function read(action, form) {
  const request = { Action: action.name };
  for (const { name, integer, required } of action.fields) {
    const text = form.get(name);
    if (text === '' && !required) continue;
    const value = integer && /^-?\d+$/.test(text) ? Number(text) : text;
    const [outer, inner] = name.split('.');
    if (inner) (request[outer] ??= {})[inner] = value;
    else request[outer] = value;
  }
  return request;
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
export const curl = (request) => `curl ${location.protocol}//${location.hostname}:8080/interface.php -d ${quoted(JSON.stringify(request))}`;

function Tried({ tried: { request, reply, ms, trace, steps, wrong } }) {
  return html`<h2>${say('request')}</h2><pre tabindex="0">${JSON.stringify(request, null, 2)}</pre>
    <h2>curl</h2><pre tabindex="0">${curl(request)}</pre>
    <h2>${say('reply')} ${ms !== undefined && html`<small>${say('time', { n: ms.toFixed(1) })}</small>`}</h2>
    ${wrong ? html`<p role="alert">${wrong}</p>` : html`<pre tabindex="0" class=${reply.returnValue ? 'bad' : 'good'}>${JSON.stringify(reply, null, 2)}</pre>`}
    ${trace && html`<${Trace} id=${trace} steps=${steps} />`}`;
}

function Scenarios() {
  const [said, setSaid] = useState('');
  const run = async (scenario) => {
    setSaid(say('running'));
    const began = performance.now();
    const counts = { n: 0, failed: 0 };
    const count = async (fields) => {
      counts.n++;
      const { reply } = await act(fields);
      if (reply.returnValue) counts.failed++;
      return reply;
    };
    try {
      await scenario(count);
      setSaid(say('done', { ...counts, ms: Math.round(performance.now() - began) }));
    } catch (error) {
      setSaid(`${say('failed')}: ${error.message}`);
    }
  };
  return html`<section aria-label=${say('scenarios')}><h2>${say('scenarios')}</h2>
    <div class="scenarios">${Object.keys(scenarios).map((name) => html`<button class="plain" onClick=${() => run(scenarios[name])}>
      <b>${say(name)}</b><small>${say(name + 'Why')}</small></button>`)}</div>
    <p role="status">${said}</p></section>`;
}

// What an Action consisted of: each step below the one that made it, with a bar that shows when.
import { html } from './vendor/preact-htm.js';
import { say } from './words.js';

export function Trace({ id, steps }) {
  const whole = Math.max(...(steps ?? []).map((step) => step.start + step.milliseconds), 0.001);
  return html`<h2 id="trace">${say('trace')}</h2><p><code class="trace">${id}</code></p>
    ${steps && html`<div class="scroll long" tabindex="0" role="region" aria-labelledby="trace"><table><thead><tr>
      <th scope="col">${say('step')}</th><th scope="col">${say('service')}</th><th scope="col" class="number">${say('begins')}</th><th scope="col" class="number">${say('takes')}</th>
      <th scope="col"><span class="hidden">${say('course')}</span></th></tr></thead>
      <tbody>${steps.map((step, i) => html`<tr key=${i} class=${step.error ? 'bad' : ''}>
        <td class="step"><span style=${{ paddingInlineStart: `${Math.min(step.depth, 6)}em` }}>${step.name}</span>${step.error && html` <b>${step.error}</b>`}</td><td class="short">${step.service}</td>
        <td class="number">${step.start.toFixed(2)}</td><td class="number">${step.milliseconds.toFixed(2)}</td>
        <td class="course"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect x=${(100 * step.start) / whole} width=${Math.max((100 * step.milliseconds) / whole, 0.7)} height="10" /></svg></td>
      </tr>`)}</tbody></table></div>`}`;
}

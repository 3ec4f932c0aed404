// Buttons that change something: the first press asks, the second does it.
import { html, useState } from './vendor/preact-htm.js';
import { say } from './words.js';

export function Sure({ label, does, after }) {
  const [asked, setAsked] = useState(false);
  const [wrong, setWrong] = useState('');
  const press = async () => {
    if (!asked) return setAsked(true);
    setAsked(false);
    try {
      const answer = await does();
      setWrong('');
      after?.(answer);
    } catch (error) {
      setWrong(error.message);
    }
    return undefined;
  };
  return html`<button class=${asked ? 'danger' : 'plain'} onClick=${press} onBlur=${() => setAsked(false)}>${asked ? say('sure') : label}</button>
    ${wrong && html`<span role="alert">${wrong}</span>`}`;
}

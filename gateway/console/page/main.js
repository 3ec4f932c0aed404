// The page: who asks is asked for the secret, then the part that the address names is shown.
import { html, render, useEffect, useState } from './vendor/preact-htm.js';
import { forgetSecret, get, hasSecret, keepSecret, Refused } from './api.js';
import { say, turnLanguage } from './words.js';
import { Wall } from './wall.js';
import { Recordings } from './recordings.js';
import { Past } from './past.js';
import { Bans } from './bans.js';
import { Journal } from './journal.js';
import { Webhooks } from './webhooks.js';
import { Try } from './try.js';
import { Health } from './health.js';

const parts = { live: Wall, recordings: Recordings, past: Past, bans: Bans, journal: Journal, webhooks: Webhooks, try: Try, health: Health };

// place is what the address says behind its #: a part, and what of it.
function place() {
  const [part, ...rest] = location.hash.replace(/^#\/?/, '').split('/');
  return { part: parts[part] ? part : 'live', rest: rest.map(decodeURIComponent) };
}

function setTheme(theme) {
  localStorage.setItem('theme', theme);
  document.documentElement.dataset.theme = theme;
}
const isDark = () => (document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
if (localStorage.getItem('theme')) setTheme(localStorage.getItem('theme'));

function Console() {
  const [at, go] = useState(place());
  const [known, setKnown] = useState(hasSecret());
  const [, again] = useState(0);
  const redraw = () => again((n) => n + 1);
  useEffect(() => {
    const moved = () => go(place());
    const refused = (event) => event.reason instanceof Refused && (forgetSecret(), setKnown(false));
    addEventListener('hashchange', moved);
    addEventListener('unhandledrejection', refused);
    return () => (removeEventListener('hashchange', moved), removeEventListener('unhandledrejection', refused));
  }, []);
  useEffect(() => { document.title = `${say(at.part)} · Xiaozhibo`; });
  useEffect(() => document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' }), [at.part, known]);
  const Part = parts[at.part];
  return html`
    <a class="skip" href="#main" onClick=${(e) => (e.preventDefault(), document.getElementById('main').focus())}>${say('skip')}</a>
    <header>
      <strong class="brand"><img src=${new URL('icon.svg', import.meta.url).href} alt="" width="24" height="24" /> 小直播</strong>
      ${known && html`<nav aria-label=${say('open')}>${Object.keys(parts).map((part) => html`
        <a href=${'#/' + part} aria-current=${part === at.part ? 'page' : null}>${say(part)}</a>`)}</nav>`}
      <span class="tools">
        <button class="plain" onClick=${() => (turnLanguage(), redraw())}>${say('language')}</button>
        <button class="plain" onClick=${() => (setTheme(isDark() ? 'light' : 'dark'), redraw())}>${say(isDark() ? 'light' : 'dark')}</button>
        ${known && html`<button class="plain" onClick=${() => (forgetSecret(), setKnown(false))}>${say('lock')}</button>`}
      </span>
    </header>
    <main id="main" tabindex="-1">
      ${known ? html`<${Part} key=${at.part} rest=${at.rest} />` : html`<${Door} opened=${() => setKnown(true)} />`}
    </main>`;
}

// Door asks for the secret, and lets in whom the server lets in.
function Door({ opened }) {
  const [wrong, setWrong] = useState('');
  const enter = async (event) => {
    event.preventDefault();
    keepSecret(new FormData(event.target).get('secret'));
    try {
      await get('health');
      opened();
    } catch (error) {
      forgetSecret();
      setWrong(error instanceof Refused ? say('wrong') : say('unreachable'));
    }
  };
  return html`<form class="door" onSubmit=${enter}>
    <h1><label for="secret">${say('secret')}</label></h1>
    <p id="why">${say('secretWhy')}</p>
    <input id="secret" name="secret" type="password" autocomplete="current-password" required aria-describedby="why" />
    <button>${say('open')}</button>
    <p role="alert">${wrong}</p>
  </form>`;
}

render(html`<${Console} />`, document.getElementById('console'));

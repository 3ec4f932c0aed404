// Plays a live session over FLV or HLS, or a recording.
import { html, useEffect, useRef, useState } from './vendor/preact-htm.js';
import { say } from './words.js';

// loadFLV adds the player of FLV, a script that sets window.mpegts, once.
let loaded;
const loadFLV = () => (loaded ??= new Promise((ready, failed) => {
  const script = document.createElement('script');
  script.src = new URL('vendor/mpegts.js', import.meta.url);
  script.onload = () => ready(window.mpegts);
  script.onerror = () => failed(new Error('mpegts.js'));
  document.head.append(script);
}));

const players = {
  async flv(video, url, broken) {
    const mpegts = await loadFLV();
    mpegts.LoggingControl.enableAll = false;
    const player = mpegts.createPlayer({ type: 'flv', isLive: true, url }, { liveBufferLatencyChasing: true });
    player.on(mpegts.Events.ERROR, (kind, detail) => broken(`${kind} ${detail}`));
    player.attachMediaElement(video);
    player.load();
    return () => player.destroy();
  },
  async hls(video, url, broken) {
    const { default: Hls } = await import('./vendor/hls.js');
    if (!Hls.isSupported()) {
      video.src = url; // Safari plays it by itself
      return () => video.removeAttribute('src');
    }
    const player = new Hls({ enableWorker: false, lowLatencyMode: true });
    player.on(Hls.Events.ERROR, (_, data) => data.fatal && broken(`${data.type} ${data.details}`));
    player.loadSource(url);
    player.attachMedia(video);
    return () => player.destroy();
  },
  async file(video, url) {
    video.src = url;
    return () => video.removeAttribute('src');
  },
};

// Player takes the URLs of a row by kind: flv and hls, or file.
export function Player({ urls }) {
  const kinds = Object.keys(urls).filter((kind) => urls[kind]);
  const [kind, choose] = useState(kinds[0]);
  const [why, setWhy] = useState('');
  const video = useRef();
  const url = urls[kind];
  useEffect(() => {
    if (!url) return undefined;
    setWhy('');
    let stop, left = false;
    const broken = (reason) => !left && setWhy(reason);
    video.current.onerror = () => broken(video.current?.error?.message || 'video');
    players[kind](video.current, url, broken).then((end) => {
      if (left) return end();
      stop = end;
      return video.current.play().catch(() => {}); // a browser may want a click first
    }, (error) => broken(error.message));
    return () => { left = true; stop?.(); };
  }, [kind, url]);
  return html`<section class="player" aria-label=${say('player')}>
    <video ref=${video} controls muted autoplay playsinline data-kind=${kind}></video>
    <div class="row" role="group" aria-label=${say('player')}>${kinds.map((one) => html`
      <button class="plain" aria-pressed=${one === kind} onClick=${() => choose(one)}>${say(one)}</button>`)}
      <code class="url">${url}</code></div>
    ${why && html`<p role="alert">${say('noPicture', { why })}</p>`}
  </section>`;
}

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

// Each player is given a video and a URL, and tells what goes wrong (broken) and which
// codecs of pictures come (codec; '' where there are none), as far as it knows. It returns what ends it.
const players = {
  async flv(video, url, { broken, codec }) {
    const mpegts = await loadFLV();
    mpegts.LoggingControl.enableAll = false;
    const player = mpegts.createPlayer({ type: 'flv', isLive: true, url }, { liveBufferLatencyChasing: true });
    player.on(mpegts.Events.ERROR, (kind, detail) => broken(`${kind} ${detail}`));
    player.on(mpegts.Events.MEDIA_INFO, ({ hasVideo, videoCodec }) => codec(hasVideo ? videoCodec : ''));
    player.attachMediaElement(video);
    player.load();
    return () => player.destroy();
  },
  async hls(video, url, { broken, codec }) {
    const { default: Hls } = await import('./vendor/hls.js');
    if (!Hls.isSupported()) {
      video.src = url; // Safari plays it by itself
      return () => video.removeAttribute('src');
    }
    const player = new Hls({ enableWorker: false, lowLatencyMode: true });
    player.on(Hls.Events.ERROR, (_, data) => data.fatal && broken(`${data.type} ${data.details}`));
    // The list of streams names codecs, all of which may be dropped as none can be played.
    player.on(Hls.Events.MANIFEST_LOADED, (_, { levels }) => {
      const named = levels.map(({ attrs }) => attrs.CODECS).join();
      if (named) codec(/(hvc1|hev1|avc[13]|vp0?9|av01)[^,]*/.exec(named)?.[0] ?? '');
    });
    player.on(Hls.Events.BUFFER_CODECS, (_, { video: pictures }) => pictures?.codec && codec(pictures.codec));
    player.loadSource(url);
    player.attachMedia(video);
    return () => player.destroy();
  },
  async file(video, url) {
    video.src = url;
    return () => video.removeAttribute('src');
  },
};

const canPlay = (codec) => window.MediaSource?.isTypeSupported(`video/mp4; codecs="${codec}"`) ?? true;
const nameOf = (codec) => (/^(hvc1|hev1)/.test(codec) ? 'H.265' : codec);

// Player takes the URLs of a row by kind: flv and hls, or file.
export function Player({ urls }) {
  const kinds = Object.keys(urls).filter((kind) => urls[kind]);
  const [kind, choose] = useState(kinds[0]);
  const [why, setWhy] = useState(null); // the words to say, and what they need
  const video = useRef();
  const url = urls[kind];
  useEffect(() => {
    if (!url) return undefined;
    setWhy(null);
    let stop, left = false, known = false;
    // A codec that cannot be played explains all else that goes wrong.
    const told = {
      codec(name) {
        if (left) return;
        known = name !== '' && !canPlay(name);
        if (known) setWhy(['cannotPlay', { codec: nameOf(name) }]);
        else if (name === '') setWhy(['soundOnly', {}]);
      },
      broken: (reason) => !left && !known && setWhy(['noPicture', { why: reason }]),
    };
    video.current.onerror = () => told.broken(video.current?.error?.message || 'video');
    video.current.onloadedmetadata = () => !left && !known && video.current.videoWidth === 0 && setWhy(['soundOnly', {}]);
    players[kind](video.current, url, told).then((end) => {
      if (left) return end();
      stop = end;
      return video.current.play().catch(() => {}); // a browser may want a click first
    }, (error) => told.broken(error.message));
    return () => { left = true; stop?.(); };
  }, [kind, url]);
  return html`<section class="player" aria-label=${say('player')}>
    <video ref=${video} controls muted autoplay playsinline data-kind=${kind}></video>
    <div role="status">${why && html`<p class=${'notice ' + (why[0] === 'soundOnly' ? '' : 'failed')} data-why=${why[0]}>${say(...why)}</p>`}</div>
    <div class="row" role="group" aria-label=${say('player')}>${kinds.map((one) => html`
      <button class="plain" aria-pressed=${one === kind} onClick=${() => choose(one)}>${say(one)}</button>`)}
      <code class="url">${url}</code></div>
  </section>`;
}

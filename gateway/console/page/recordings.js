// The recordings that are listed, to play and to delete.
import { html, useState } from './vendor/preact-htm.js';
import { ask, list } from './api.js';
import { Sure } from './ask.js';
import { usePolled } from './poll.js';
import { Player } from './player.js';
import { Cover } from './wall.js';
import { moment, say } from './words.js';

export function Recordings() {
  const { answer, wrong, again } = usePolled((signal) => list(2, 500, signal), 3000);
  const [played, play] = useState(null);
  return html`<h1>${say('recordings')} ${answer?.total ?? ''}</h1>
    ${wrong && html`<p role="alert">${say('failed')}: ${wrong.message}</p>`}
    ${answer && !answer.total && html`<p class="empty">${say('noRecordings')}</p>`}
    ${played && html`<${Player} key=${played.fileid} urls=${urls(played)} />`}
    <ul class="wall">${(answer?.rows ?? []).map((row) => html`<li key=${row.fileid}><div class="card">
      <button class="cover-button" aria-label=${say('player') + ' ' + row.title} onClick=${() => play(row)}><${Cover} row=${row} /></button>
      <span class="title">${row.title}</span><span class="name">${row.userinfo.nickname || row.userid} · ${moment(row.timestamp * 1000)}</span>
      <${Sure} label=${say('remove')} does=${() => ask('DELETE', 'recordings', { user: row.userid, file: row.fileid })} after=${again} />
    </div></li>`)}</ul>`;
}

// urls says how a recording can be played: FLV by its player, other files as they are.
function urls({ playurl, hls_play_url: hls }) {
  if (/\.flv(\?|$)/.test(playurl)) return { flv: playurl, hls };
  return playurl === hls ? { hls } : { file: playurl, hls };
}

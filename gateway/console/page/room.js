// One room: its player, who is in it, and its story, which says why it is listed or not.
import { html, useEffect, useRef, useState } from './vendor/preact-htm.js';
import { act, ask, get } from './api.js';
import { Sure } from './ask.js';
import { usePolled } from './poll.js';
import { Player } from './player.js';
import { BanForm } from './bans.js';
import { Told } from './told.js';
import { moment, phrase, say } from './words.js';

export function Room({ user, row, close }) {
  const { answer: room, wrong, again } = usePolled((signal) => get('room', { user }, signal), 1500, [user]);
  const [told, tell] = useState(null);
  const after = (answer) => (tell(answer), again());
  const panel = useRef();
  useEffect(() => {
    panel.current.showModal();
    return () => panel.current?.close();
  }, []);
  const live = room?.row ?? row;
  return html`<dialog ref=${panel} class="room" aria-labelledby="room-title" onClose=${close}>
    <header class="bar">
      <h1 id="room-title">${live?.title ?? user}</h1>
      <button class="plain" onClick=${close}>${say('close')}</button>
    </header>
    ${wrong && html`<p role="alert">${say('failed')}: ${wrong.message}</p>`}
    <div class="columns">
      <div>
        ${live?.status === '1' && html`<${Player} urls=${{ flv: live.playurl, hls: live.hls_play_url }} />`}
        ${room && html`<${Facts} room=${room} live=${live} />`}
        <div class="row deeds">
          <${Sure} label=${say('end')} does=${() => ask('POST', 'end', { user })} after=${after} />
          <${BanForm} user=${user} after=${after} />
        </div>
        <${Told} answer=${told} />
      </div>
      <div>
        ${room && html`<${Story} room=${room} />`}
        ${live && html`<${Members} user=${user} group=${live.groupid} />`}
      </div>
    </div>
  </dialog>`;
}

function Facts({ room: { story }, live }) {
  const facts = [['user', story.session.user], ['session', story.session.session], ['group', story.session.group], ['stream', story.session.stream_id],
    ['viewers', live?.viewercount], ['likes', live?.likecount]];
  return html`<dl class="facts">${facts.filter(([, value]) => value !== undefined && value !== '').map(([key, value]) => html`
    <dt>${say(key)}</dt><dd>${value}</dd>`)}</dl>`;
}

function Story({ room: { story } }) {
  const listed = story.standing === 'listed';
  const why = { until: moment(story.until), ended: moment(story.ended), reason: phrase('reason', story.reason) };
  return html`<section>
    <h2 id="story">${say('story')}</h2>
    <p class="why"><span class=${'mark ' + (listed ? 'good' : 'bad')}>${say(listed ? 'listed' : 'notListed')}</span> ${say('why_' + story.standing, why)}</p>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="story"><table>
      <thead><tr>${['when', 'source', 'what', 'verdict', 'sequence'].map((key) => html`<th scope="col">${say(key)}</th>`)}</tr></thead>
      <tbody>${[...story.entries].reverse().map((entry) => html`<tr>
        <td>${moment(entry.at)}</td><td>${phrase('source', entry.source)}</td><td>${phrase('what', entry.what)}</td>
        <td>${phrase('verdict', entry.verdict)}${entry.times > 1 && html` <small>${say('times', { n: entry.times })}</small>`}</td><td><code>${entry.id ?? ''}</code></td></tr>`)}
      </tbody></table></div>
  </section>`;
}

const page = 100;

function Members({ user, group }) {
  const { answer, again } = usePolled(async (signal) => {
    const { reply } = await act({ Action: 'FetchGroupMemberList', liveuserid: user, groupid: group, pageno: 1, pagesize: page }, signal);
    return reply.returnData;
  }, 2000, [user, group]);
  return html`<section aria-labelledby="members">
    <h2 id="members">${say('members')} ${answer?.totalcount ?? ''}</h2>
    ${answer?.totalcount === 0 && html`<p class="empty">${say('noMembers')}</p>`}
    <ul class="members">${(answer?.memberlist ?? []).map((m) => html`<li key=${m.userid}>
      <span>${m.nickname || m.userid} <small>${m.userid}</small></span>
      <${Sure} label=${say('kick')} does=${() => ask('POST', 'kick', { user, member: m.userid })} after=${again} /></li>`)}</ul>
  </section>`;
}

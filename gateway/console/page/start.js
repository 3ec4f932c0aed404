// What the wall shows while nobody is live: how to go live.
import { html, useState } from './vendor/preact-htm.js';
import { act } from './api.js';
import { crowd } from './scenarios.js';
import { say } from './words.js';

export function Start() {
  const [url, setURL] = useState('');
  const [wrong, setWrong] = useState('');
  const trying = (what) => () => what().catch((error) => setWrong(error.message));
  const demo = () => crowd(async (fields) => (await act(fields)).reply);
  const address = async () => {
    const { reply } = await act({ Action: 'RequestLVBAddr', userid: 'tom', groupid: 'g1', title: 'Hello' });
    if (reply.returnValue) throw new Error(reply.returnMsg);
    setURL(reply.returnData.pushurl);
  };
  return html`<div class="empty"><h2>${say('none')}</h2>${say('noneWhy')}
    <div class="row"><button onClick=${trying(address)}>${say('pushAddress')}</button><button class="plain" onClick=${trying(demo)}>${say('demoRoom')}</button></div>
    ${wrong && html`<p role="alert">${say('failed')}: ${wrong}</p>`}
    ${url && html`<${Address} url=${url} />`}</div>`;
}

// Address is a push URL as ffmpeg and as OBS take it.
function Address({ url }) {
  const cut = url.lastIndexOf('/');
  return html`<div class="steps"><p>${say('pushFfmpeg')}</p>
    <pre tabindex="0">ffmpeg -re -f lavfi -i testsrc2=s=1280x720 -f lavfi -i sine -c:v libx264 -preset veryfast -pix_fmt yuv420p -g 60 -c:a aac -f flv '${url}'</pre>
    <p>${say('pushOBS')}</p><pre tabindex="0">${url.slice(0, cut)}${'\n'}${url.slice(cut + 1)}</pre></div>`;
}

import { useEffect, useState } from './vendor/preact-htm.js';
import { Refused } from './api.js';

// usePolled asks again and again, each time `every` milliseconds after the last answer, as
// long as the page is looked at. It returns the last answer and what is wrong now.
export function usePolled(question, every, wants = []) {
  const [state, setState] = useState({ answer: null, wrong: null });
  const [asked, askNow] = useState(0);
  useEffect(() => {
    const ended = new AbortController();
    let timer;
    const turn = async () => {
      if (!document.hidden) {
        try {
          const answer = await question(ended.signal);
          if (!ended.signal.aborted) setState({ answer, wrong: null });
        } catch (wrong) {
          if (ended.signal.aborted) return;
          if (wrong instanceof Refused) return void Promise.reject(wrong);
          setState((last) => ({ ...last, wrong }));
        }
      }
      if (!ended.signal.aborted && every) timer = setTimeout(turn, every);
    };
    turn();
    return () => (clearTimeout(timer), ended.abort());
  }, [...wants, asked]);
  return { ...state, again: () => askNow((n) => n + 1) };
}

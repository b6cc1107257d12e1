/** Faults of the storage array. */
import { type Fault, pick } from './fault';

export const poolFull: Fault = {
  name: "array's pool full",
  does: 'the next copy of a disk inside the array breaks half way',
  undone: 'by itself; the copy after it is good',
  aim: ({ lab, arrayDisks }, random) => {
    const source = pick(arrayDisks, random);
    if (source === null) return null;
    const fault = { source, times: 1, message: 'no space is left in the pool' };
    const begin = async () => {
      const answer = await fetch(`${lab.arrayUrl}/faults`, {
        method: 'POST',
        body: JSON.stringify(fault),
        signal: AbortSignal.timeout(SILENT_MS),
      });
      if (!answer.ok) throw new Error(`the array answers ${answer.status}`);
    };
    return { on: source, seconds: 0, begin, end: () => undefined };
  },
};

const SILENT_MS = 5_000;

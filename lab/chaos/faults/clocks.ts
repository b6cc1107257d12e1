/** Faults of a worker's clock. */
import { type Fault, pick } from './fault';

/** Seconds. A certificate is not yet good where a clock goes back by more than an hour. */
const JUMP = [60, 3_000] as const;
const LASTS = [5, 25] as const;

export const clockJumps: Fault = {
  name: "worker's clock jumps",
  does: `its time of day is ${JUMP[0]} s to ${JUMP[1] / 60} min too early or too late, for ${LASTS[0]} to ${LASTS[1]} s`,
  undone: 'the clock jumps back',
  aim: ({ workers }, random) => {
    const worker = pick(workers, random);
    const seconds = random.between(...JUMP) * (random.next() < 0.5 ? -1 : 1);
    return (
      worker && {
        on: `clock of ${worker.part.name}`,
        seconds: random.between(...LASTS),
        begin: () => worker.clock.jump(seconds),
        end: () => worker.clock.jump(0),
      }
    );
  },
};

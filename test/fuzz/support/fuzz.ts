/**
 * Properties that must hold for whatever comes from outside, and how long they are tried.
 *
 * In `npm test` each is tried for a second or so, from a fixed seed: a change fails by what it does, not by chance.
 * `npm run fuzz -- --seconds 600` tries each for ten minutes from a seed of that run, which is printed.
 */
import fc from 'fast-check';

const SHORT_SEED = 20;
const SHORT_MS = 1_500;
const SHORT_RUNS = 400;

const seconds = Number(process.env['DROVER_FUZZ_SECONDS'] ?? 0);
const isLong = seconds > 0;
const seed = Number(process.env['DROVER_FUZZ_SEED'] ?? (isLong ? Date.now() % 0x7fffffff : SHORT_SEED));

/** What the machine may need beside the trying itself, shrinking of a counterexample among it. */
const SPARE_MS = 60_000;

/** One input may keep the processor so long; more of it is a worker that stands still for everyone. */
const LONGEST_BUSY_MS = 2_000;
/** One input may last so long, also where it only waits. On a busy machine time passes without any work. */
const LONGEST_MS = 15_000;

const COMMON: fc.Parameters<unknown> = {
  seed,
  numRuns: isLong ? Number.MAX_SAFE_INTEGER : SHORT_RUNS,
  interruptAfterTimeLimit: isLong ? seconds * 1000 : SHORT_MS,
  markInterruptAsFailure: false,
  reporter: report,
};

const SHOWN_LENGTH = 2_000;

/** As fast-check's own, with a counterexample that a terminal can take. */
function report(details: fc.RunDetails<unknown>): void {
  if (!details.failed) return;
  const found = fc.stringify(details.counterexample).slice(0, SHOWN_LENGTH);
  const again = `DROVER_FUZZ_SEED=${details.seed}, path ${details.counterexamplePath}`;
  throw new Error(`after ${details.numRuns} tries (${again}) it fails for ${found}`, {
    cause: details.errorInstance,
  });
}

/** A test that tries `property` with many inputs; a failure tells seed and path, by which it can be tried again. */
export function fuzz<T>(title: string, inputs: fc.Arbitrary<T>, property: (input: T) => unknown): void {
  const testSeconds = isLong ? seconds : SHORT_MS / 1000;
  test(
    title,
    async () => {
      if (isLong) process.stderr.write(`${title}: ${seconds} s from DROVER_FUZZ_SEED=${seed}\n`);
      let running = Promise.resolve();
      const tried = fc.asyncProperty(inputs, (input) => (running = soundly(() => property(input))));
      await fc.assert(tried, COMMON as fc.Parameters<[T]>);
      // When time is up, the last input may still be at work.
      await running;
    },
    testSeconds * 1000 + SPARE_MS,
  );
}

/** Runs it; it must end in time, and leave the prototype of all objects as it was. */
export async function soundly(work: () => unknown): Promise<void> {
  const began = performance.now();
  const before = process.cpuUsage();
  await work();
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  const busy = (user + system) / 1000;
  if (busy > LONGEST_BUSY_MS || took > LONGEST_MS)
    throw new Error(`it took ${Math.round(took)} ms, and ${Math.round(busy)} ms of the processor`);
  const added = Object.keys(Object.prototype);
  if (added.length > 0) throw new Error(`Object.prototype has got ${added.join(', ')}`);
}

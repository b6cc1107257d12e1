/** What a Ctrl-C leaves of the demo: nothing. */
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { stopLab } from '../down';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let isInterrupted = false;

/**
 * From now on the first signal that asks the demo to end stops the lab, removes its files, and ends this process. A second one
 * ends this process at once. The kernel then ends the lab's processes, but not those of a lab that is kept (`--keep`), and none
 * on a machine without setpriv: `drover lab down` ends them.
 * @param home holds everything that the demo writes
 */
export function takeDownWhenInterrupted(lab: string, home: string, log: (line: string) => void): void {
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      if (isInterrupted) process.exit(exitCode(signal));
      isInterrupted = true;
      log(`${signal}: taking the lab down`);
      void takeDown(lab, home)
        .catch((error: unknown) => process.stderr.write(`${whyLeft(lab, error)}\n`))
        .finally(() => process.exit(exitCode(signal)));
    });
  }
}

/** Resolves at once, but never once the demo is being taken down: what fails then is no news. */
export function unlessInterrupted(): Promise<void> {
  return isInterrupted ? new Promise(() => undefined) : Promise.resolve();
}

async function takeDown(lab: string, home: string): Promise<void> {
  // What was just starting is there at the second look.
  while ((await stopLab(lab)).length > 0);
  rmSync(home, { recursive: true, force: true });
}

function whyLeft(lab: string, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `the lab could not be taken down: ${why}; try: npx drover lab down --dir ${lab}`;
}

/** As shells have it. */
function exitCode(signal: (typeof SIGNALS)[number]): number {
  return 128 + constants.signals[signal];
}

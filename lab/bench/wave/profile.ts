/** Which functions kept a process busy, from the profile that Node wrote of it (`--cpu-prof`). */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface BusyFunction {
  /** With file and line, or `(garbage collector)`. */
  name: string;
  /** In the function itself, not in what it calls. */
  seconds: number;
}

interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  samples: number[];
  /** Microseconds. */
  timeDeltas: number[];
}

const MOST_FUNCTIONS = 12;

/** The busiest first, of the largest profile in the folder: the main thread's, since other threads write their own. */
export function busiestFunctions(dir: string): BusyFunction[] {
  const profiles = readdirSync(dir).filter((name) => name.endsWith('.cpuprofile'));
  const all = profiles.map((name) =>
    busiest(JSON.parse(readFileSync(join(dir, name), 'utf8')) as CpuProfile),
  );
  const total = (functions: readonly BusyFunction[]) =>
    functions.reduce((sum, { seconds }) => sum + seconds, 0);
  return all.sort((one, other) => total(other) - total(one))[0]?.slice(0, MOST_FUNCTIONS) ?? [];
}

const IDLE = ['(idle)', '(root)', '(program)'];

export function busiest({ nodes, samples, timeDeltas }: CpuProfile): BusyFunction[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const seconds = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '?';
    seconds.set(name, (seconds.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1e6);
  });
  return [...seconds]
    .map(([name, spent]) => ({ name, seconds: spent }))
    .filter(({ name }) => !IDLE.includes(name))
    .sort((one, other) => other.seconds - one.seconds);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  return url === '' ? name : `${name} ${basename(url)}:${lineNumber + 1}`;
}

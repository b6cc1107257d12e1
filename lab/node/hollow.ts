/**
 * Containers that last a while but run no process, as on the hollow nodes of Kubernetes' own benchmarks (kubemark).
 * With them a benchmark measures the work of a cluster and its clients without the work of the containers.
 */
import { writeFileSync } from 'node:fs';
import type { V1Container } from '@kubernetes/client-node';
import type { Sandbox, SandboxEnd } from './sandbox';

export interface HollowRun {
  /** How long a run takes; absent: until a signal ends it. */
  seconds?: number;
  /** The termination message of the run. */
  message?: string;
}

/** By the last part of the image's name: `importer` of `registry.example/lab/importer:1`. */
export type HollowImages = Readonly<Record<string, HollowRun>>;

/** Exit codes of a process that a signal ended: 128 plus the signal's number, as a shell reports it. */
const EXIT_CODE = { SIGTERM: 143, SIGKILL: 137 } as const;

/** @param container where it has a command of its own, that is not the image's program, and ends at once */
export function hollowRun(
  images: HollowImages,
  reference: string,
  container: V1Container,
): HollowRun | undefined {
  const name = /([^/:@]+)(?::[^/@]*)?(?:@.*)?$/.exec(reference)?.[1];
  const run = name === undefined ? undefined : images[name];
  return run === undefined || container.command === undefined ? run : { seconds: 0 };
}

/** The run succeeds when its time is over, unless a signal ends it before. */
export function startHollow({ seconds, message = '' }: HollowRun, terminationLog: string): Sandbox {
  let exit: (exitCode: number) => void = () => {};
  const ended = new Promise<SandboxEnd>((resolve) => {
    exit = (exitCode) => resolve({ kind: 'exited', exitCode });
  });
  const succeed = () => {
    writeFileSync(terminationLog, message);
    exit(0);
  };
  const timer = seconds === undefined ? undefined : setTimeout(succeed, seconds * 1000);
  const stop = (exitCode: number) => {
    clearTimeout(timer);
    exit(exitCode);
  };
  return { ended, terminate: () => stop(EXIT_CODE.SIGTERM), kill: () => stop(EXIT_CODE.SIGKILL) };
}

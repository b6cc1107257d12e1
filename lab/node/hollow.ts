/**
 * Containers that take their time and run nothing, as on the hollow nodes of Kubernetes' own benchmarks (kubemark):
 * for measuring what a cluster and its clients do about a container, without what it does itself.
 */
import { writeFileSync } from 'node:fs';
import type { Sandbox, SandboxEnd } from './sandbox';

export interface HollowRun {
  /** How long a run takes; absent means until it is told to stop. */
  seconds?: number;
  /** Its termination message. */
  message?: string;
}

/** By the image's own name: `importer` of `registry.example/lab/importer:1`. */
export type HollowImages = Readonly<Record<string, HollowRun>>;

/** Of a process that a signal ended, as a shell says it: 128 and the signal's number. */
const EXIT_CODE = { SIGTERM: 143, SIGKILL: 137 } as const;

export function hollowRun(images: HollowImages, reference: string): HollowRun | undefined {
  const name = /([^/:@]+)(?::[^/@]*)?(?:@.*)?$/.exec(reference)?.[1];
  return name === undefined ? undefined : images[name];
}

/** Succeeds when its time is over, unless it is stopped before. */
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

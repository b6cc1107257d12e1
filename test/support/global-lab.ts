/** Hands the running lab from Jest's global set-up to its tear-down, which load modules apart from each other. */
import type { RunningLab } from '../../lab/up';

const holder = globalThis as { droverLab?: RunningLab };

export function shareLab(lab: RunningLab): void {
  holder.droverLab = lab;
}

export function sharedLab(): RunningLab | undefined {
  return holder.droverLab;
}

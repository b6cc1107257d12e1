import type { WaveResult } from '../../client';

/** @throws Error that says why, where a VM of the wave did not succeed: what was measured then means nothing. */
export function requireSuccess(result: WaveResult): void {
  if (result.succeeded) return;
  const reasons = [
    ...result.problems.map((problem) => problem.found),
    ...result.results.flatMap((vm) => vm.failure?.message ?? []),
  ];
  throw new Error(`the wave did not succeed, so it measures nothing: ${reasons.join('; ')}`);
}

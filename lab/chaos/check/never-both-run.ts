/** A source and its target never run at the same time. */
import type { Check, ContainerRun, Facts, PowerEvent, VmFacts } from './facts';
import { type Interval, overlap } from './intervals';

const PROMISE = 'source and target never run together';
/** Reads the guest's console, and may live a little longer than the guest. */
const CONSOLE_CONTAINER = 'guest-console-log';

export const neverBothRun: Check = (facts) =>
  facts.vms.flatMap((vm) => {
    const targets = targetRuns(facts, vm);
    return sourceRuns(facts.power, vm).flatMap((source) =>
      targets.flatMap((target) => {
        const at = overlap(source, target);
        if (at === null) return [];
        return [{ promise: PROMISE, about: vm.name, at, what: `its source ran while ${target.pod} ran` }];
      }),
    );
  });

/** A machine whose Pod a node ran: from before its process began until after it had ended. */
export function targetRuns({ runs }: Facts, { target }: VmFacts): ContainerRun[] {
  const prefix = `virt-launcher-${target}-`;
  return runs.filter(
    ({ pod, container }) =>
      pod.startsWith(prefix) && container !== CONSOLE_CONTAINER && !pod.slice(prefix.length).includes('-'),
  );
}

/** By vCenter's events. */
export function sourceRuns(power: readonly PowerEvent[], { moref, ranAtFirst }: VmFacts): Interval[] {
  const runs: Interval[] = ranAtFirst ? [{ from: 0, to: null }] : [];
  for (const event of power.filter((one) => one.moref === moref)) {
    const last = runs.at(-1);
    const on = last !== undefined && last.to === null;
    if (event.kind === 'on' && !on) runs.push({ from: event.at, to: null });
    if (event.kind === 'off' && on) last.to = event.at;
  }
  return runs;
}

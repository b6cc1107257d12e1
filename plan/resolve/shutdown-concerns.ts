/** Whether a VM that runs can be stopped as its plan wants it. */
import type { Concern } from '../concerns';
import type { SourceVm } from '../inventory';
import type { ManifestSet } from '../manifest-set';

/** A guest is asked to shut down by VMware Tools alone. What then happens to one that has none is the plan's word. */
export function shutdownConcerns({ plan }: ManifestSet, { power, tools }: SourceVm): Concern[] {
  const parks = plan.spec.drover.onShutdownTimeout === 'park';
  return parks && power.state === 'poweredOn' && !tools.running ? [{ id: 'no-tools' }] : [];
}

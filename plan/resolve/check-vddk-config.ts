import { mayImport } from '../frozen';
import type { TargetInventory } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import { errorAt, type Problem } from '../problem';
import { vddkConfigOf } from '../vddk-config';
import type { DecidedVm } from './decided-disks';
import { manifestAt } from './places';

/** Options that the target's CDI would not pass on would be lost without a word. */
export function checkVddkConfig(
  set: ManifestSet,
  vms: readonly DecidedVm[],
  { takesVddkConfig }: TargetInventory,
): Problem[] {
  const isWanted = vddkConfigOf(set.source.spec.settings) !== undefined;
  if (!isWanted || takesVddkConfig !== false) return [];
  const methods = vms.flatMap(({ disks }) => disks.map(({ method }) => method));
  if (!methods.some((method) => method !== null && mayImport(method))) return [];
  const at = manifestAt(set.source, 'spec.settings.useVddkAioOptimization');
  const found = "is true, and the target's CDI takes no options of VDDK (spec.source.vddk.extraArgs)";
  return [errorAt(at, found, 'set it to "false", or upgrade CDI')];
}

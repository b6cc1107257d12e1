/** What the target lacks for this plan. */
import { mayImport } from '../frozen';
import type { TargetFacts } from '../inventory';
import { errorAt, type Problem } from '../problem';
import type { ManifestSet } from '../validate-manifests';
import { methodOf } from './disk-method';
import { manifestAt, planAt } from './places';
import type { PlannedVm } from './planned-vm';
import { targetOf, type StorageMapping } from './storage-mapping';

export function checkTarget(set: ManifestSet, target: TargetFacts): Problem[] {
  const at = manifestAt(set.target, '');
  const { targetNamespace } = set.plan.spec;
  const problems = target.missingCrds.map((name) =>
    errorAt(at, `the target has no ${name}`, 'install the operator that brings it (KubeVirt, CDI)'),
  );
  if (!target.namespaceExists) {
    const found = `the target has no namespace "${targetNamespace}"`;
    problems.push(errorAt(planAt(set, 'spec.targetNamespace'), found, 'create it, or name another'));
  }
  for (const right of target.missingRights) {
    const found = `Drover may not ${right} in namespace ${targetNamespace}`;
    problems.push(errorAt(at, found, 'give its account this right; deploy/rbac.yaml lists all of them'));
  }
  return problems;
}

/** Imports read through VDDK, whose image comes from the Provider or from the target's CDI. */
export function checkVddk(
  set: ManifestSet,
  vms: readonly PlannedVm[],
  mapping: StorageMapping,
  target: TargetFacts,
): Problem[] {
  if (set.source.spec.settings.vddkInitImage !== undefined || target.clusterVddkImage !== null) return [];
  const imported = vms
    .flatMap(({ vm }) => vm.disks.map((disk) => ({ vm, disk })))
    .find(({ disk, vm }) => {
      const target = targetOf(mapping, disk.datastore.moref);
      return target !== null && mayImport(methodOf(disk, vm, target).method);
    });
  if (imported === undefined) return [];
  const found = `no VDDK image is named, and disk "${imported.disk.label}" of VM "${imported.vm.name}" needs one to be imported`;
  const remedy = 'name one here, or in the ConfigMap v2v-vmware of CDI';
  return [errorAt(manifestAt(set.source, 'spec.settings.vddkInitImage'), found, remedy)];
}

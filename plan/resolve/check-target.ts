/** What the target lacks for this plan. */
import { missingForTarget } from '../consent';
import { mayImport } from '../frozen';
import type { TargetInventory } from '../inventory';
import { errorAt, type Problem } from '../problem';
import type { ManifestSet } from '../manifest-set';
import { consentProblem } from './check-consent';
import type { DecidedVm } from './decided-disks';
import { checkRights } from './check-rights';
import { manifestAt, planAt } from './places';

export function checkTarget(set: ManifestSet, target: TargetInventory): Problem[] {
  const at = manifestAt(set.target, '');
  const { targetNamespace } = set.plan.spec;
  const problems = target.missingCrds.map((name) =>
    errorAt(at, `the target has no ${name}`, 'install the operator that brings it (KubeVirt, CDI)'),
  );
  if (!target.namespaceExists) {
    const found = `the target has no namespace "${targetNamespace}"`;
    problems.push(errorAt(planAt(set, 'spec.targetNamespace'), found, 'create it, or name another'));
  }
  if (target.namespaceEnding === true) {
    const found = `namespace "${targetNamespace}" of the target is being deleted`;
    problems.push(
      errorAt(
        planAt(set, 'spec.targetNamespace'),
        found,
        'wait until it is gone and create it again, or name another',
      ),
    );
  }
  if (!target.namespaceConsents) {
    const place = { namespace: targetNamespace, url: set.target.spec.url };
    problems.push(consentProblem(planAt(set, 'spec.targetNamespace'), missingForTarget(place)));
  }
  // Nobody can have rights in a namespace that is not there.
  const places = target.missingRights.filter(
    ({ namespace }) => target.namespaceExists || namespace !== targetNamespace,
  );
  return [...problems, ...checkRights(set, places)];
}

/** Places in `spec.map` of the StorageMap by which disks of these VMs go. */
export function usedEntries(vms: readonly DecidedVm[]): ReadonlySet<number> {
  return new Set(vms.flatMap(({ disks }) => disks.flatMap(({ mapped }) => mapped?.index ?? [])));
}

/**
 * A plugin that lacks its Secret would wait for ever to be mounted, with the source off already.
 * @param used see {@link usedEntries}; null where nobody knows
 */
export function checkPluginSecrets(
  { plan, storageMap }: ManifestSet,
  used: ReadonlySet<number> | null,
  { missingSecrets, unconsentedSecrets }: TargetInventory,
): Problem[] {
  const { targetNamespace } = plan.spec;
  return storageMap.spec.map.flatMap(({ destination }, index) => {
    const secret = destination.offloadPlugin?.secret;
    if (secret === undefined || used?.has(index) === false) return [];
    const at = manifestAt(storageMap, `spec.map[${index}].destination.offloadPlugin.secret`);
    const lacks = unconsentedSecrets[secret];
    if (lacks !== undefined) return [consentProblem(at, lacks)];
    if (!missingSecrets.includes(secret)) return [];
    const found = `namespace "${targetNamespace}" of the target has no Secret "${secret}"`;
    return [
      errorAt(at, found, "create it there with what the plugin's vendor asks for, or remove the field"),
    ];
  });
}

/** Imports read through VDDK, whose image comes from the Provider or from the target's CDI. */
export function checkVddk(set: ManifestSet, vms: readonly DecidedVm[], target: TargetInventory): Problem[] {
  if (set.source.spec.settings.vddkInitImage !== undefined || target.clusterVddkImage !== null) return [];
  if (target.missingRights.some(({ folder }) => folder === 'cdi')) return [];
  const imported = vms
    .flatMap(({ vm, disks }) => disks.map((decided) => ({ vm, ...decided })))
    .find(({ method }) => method !== null && mayImport(method));
  if (imported === undefined) return [];
  const found = `no VDDK image is named, and disk "${imported.disk.label}" of VM "${imported.vm.name}" needs one to be imported`;
  const remedy = 'name one here, or in the ConfigMap v2v-vmware of CDI';
  return [errorAt(manifestAt(set.source, 'spec.settings.vddkInitImage'), found, remedy)];
}

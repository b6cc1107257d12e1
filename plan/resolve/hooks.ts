/** The hooks of a plan's VMs: which manifests they mean, and what is frozen of them. */
import { manifestName } from '../documents';
import type { FrozenHook, FrozenVm } from '../frozen';
import { DEFAULT_HOOK_SECONDS, HOOK_STEPS } from '../hooks';
import { NO_IMAGES, pinnedOf, type WantedImage } from '../images';
import type { ManifestSet } from '../manifest-set';
import type { HookManifest } from '../manifests/hook';
import type { PlanVm } from '../manifests/plan-vm';
import { saidOf } from '../pod-resources';
import type { TargetInventory } from '../inventory';
import type { PlannedVm } from './planned-vm';

type VmHook = NonNullable<PlanVm['hooks']>[number];

/** The manifest that a VM's hook means; undefined where there is none, which is a problem of its own. */
function hookOf({ plan, hooks }: ManifestSet, { hook }: VmHook): HookManifest | undefined {
  const { namespace = plan.metadata.namespace, name } = hook;
  const wanted = manifestName('Hook', { namespace, name });
  return hooks.find(({ kind, metadata }) => manifestName(kind, metadata) === wanted);
}

/** Those that these VMs use: each once, in the order of the manifests. */
export function usedHooks(set: ManifestSet, vms: readonly Pick<PlannedVm, 'chosen'>[]): HookManifest[] {
  const used = new Set(
    vms.flatMap(({ chosen }) => (chosen.entry.hooks ?? []).map((hook) => hookOf(set, hook))),
  );
  return set.hooks.filter((hook) => used.has(hook));
}

/** As Forklift has it: a hook without an account of its own runs as the plan's (pkg/controller/plan/hook.go: template). */
export function accountOfHook({ plan }: ManifestSet, { spec }: HookManifest): string | undefined {
  return spec.serviceAccount ?? plan.spec.serviceAccount;
}

/** As nodes pull it for a hook's Pod, which names no Secret. */
export function imageOfHook({ spec: { image, serviceAccount: account } }: HookManifest): WantedImage {
  return { image, pullSecret: null, ...(account !== undefined && { account }) };
}

/** In the order in which they run. */
export function freezeHooks(
  set: ManifestSet,
  { hooks }: PlanVm,
  { images = NO_IMAGES }: Pick<TargetInventory, 'images'>,
): Pick<FrozenVm, 'hooks'> {
  const frozen = (hooks ?? []).flatMap((one): FrozenHook[] => {
    const manifest = hookOf(set, one);
    if (manifest === undefined) return [];
    const { name, namespace } = manifest.metadata;
    const { image, playbook, deadline } = manifest.spec;
    const serviceAccount = accountOfHook(set, manifest);
    const pinnedImage = pinnedOf(images, imageOfHook(manifest));
    const resources = saidOf(set.plan.spec.drover.podResources.hook);
    return [
      {
        step: one.step,
        namespace,
        name,
        image,
        ...(pinnedImage !== null && { pinnedImage }),
        ...(playbook !== undefined && { playbook }),
        ...(serviceAccount !== undefined && { serviceAccount }),
        deadlineSeconds: deadline === 0 ? DEFAULT_HOOK_SECONDS : deadline,
        attempts: set.plan.spec.drover.hookAttempts,
        ...(resources !== undefined && { resources }),
      },
    ];
  });
  frozen.sort((one, other) => HOOK_STEPS.indexOf(one.step) - HOOK_STEPS.indexOf(other.step));
  return frozen.length === 0 ? {} : { hooks: frozen };
}

/** What a migration adds to a namespace, as its quotas count it. */
import { type FrozenVm, mayImport } from '../../../plan/frozen';
import { scratchName } from '../../../plan/names';
import { parseQuantity } from '../../../plan/quantity';
import type { Amounts, Demand, PodDemand, Quota, QuotaScope } from '../../../plan/quota';
import type { Container, Pod, ResourceQuota } from '../api/kinds';

/** The Pods of each step, as the cluster admitted them. */
export interface AdmittedPods {
  volumes: readonly Pod[];
  copy: readonly Pod[];
  convert: readonly Pod[];
  /** One after the other, in the order of the VM's. */
  hooks: readonly Pod[];
  run: readonly Pod[];
}

/** @param made names of claims that stand already: quotas count them, and what belongs to them */
export function demandOf(
  vm: FrozenVm,
  { volumes, copy, convert, hooks, run }: AdmittedPods,
  made: readonly string[] = [],
): Demand {
  const disks = vm.disks.filter(({ volumeName }) => !made.includes(volumeName));
  const imports = disks.filter(({ method }) => mayImport(method)).length;
  const plugins = disks.filter(({ method }) => method.kind === 'plugin').length;
  const conversions = vm.conversion === null ? 0 : 1;
  const logins = Math.min(disks.length, vm.policy.maxConcurrentDisks);
  const scripts = vm.conversion?.scripts === undefined ? 0 : 1;
  const runsHooks = hooks.length === 0 ? 0 : 1;
  const scratch = made.includes(scratchName(vm.baseName)) ? undefined : vm.conversion?.scratch;
  return {
    steps: [
      ...[volumes, copy, convert].map((pods) => pods.map(podDemand)),
      ...hooks.map((pod, place) => [...(runsBeside(vm, place) ? run : []), pod].map(podDemand)),
    ],
    runs: run.map(podDemand),
    claims: [
      ...disks.map(({ storageClass, requestBytes }) => ({ storageClass, bytes: requestBytes })),
      ...(scratch === undefined
        ? []
        : [{ storageClass: scratch.storageClass, bytes: scratch.requestBytes, passes: true as const }]),
    ],
    objects: {
      'jobs.batch': plugins + conversions + runsHooks,
      // Pods of copies and conversions stay for their logs until the migration ends.
      pods: plugins + conversions + runsHooks + run.length,
      secrets: logins,
      // For CDI: vCenter's authorities, and options of VDDK. And the files of a hook, and scripts for the guest.
      configmaps: (imports === 0 ? 0 : vm.source.vddkConfig === undefined ? 1 : 2) + runsHooks + scripts,
      'datavolumes.cdi.kubevirt.io': imports,
      'virtualmachines.kubevirt.io': 1,
      'virtualmachineinstances.kubevirt.io': vm.startTarget ? 1 : 0,
    },
  };
}

/** Whether the target may run while a hook does. */
function runsBeside({ hooks = [] }: FrozenVm, place: number): boolean {
  const step = hooks[place]?.step;
  return step !== 'PreHook' && step !== 'BeforeCutover';
}

/** Sums up a Pod as Kubernetes does (component-helpers 1.34, resource/helpers.go: PodRequests, PodLimits). */
export function podDemand({ spec }: Pod): PodDemand {
  const { activeDeadlineSeconds, containers = [], initContainers = [], overhead } = spec ?? {};
  const staying = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const passing = initContainers.filter(({ restartPolicy }) => restartPolicy !== 'Always');
  const of = (side: 'requests' | 'limits'): Amounts =>
    plus(
      largest([
        [...containers, ...staying].map((one) => amountsOf(one, side)).reduce(plus, {}),
        ...passing.map((one) =>
          plus(amountsOf(one, side), staying.map((stays) => amountsOf(stays, side)).reduce(plus, {})),
        ),
      ]),
      numbers(overhead),
    );
  return {
    requests: of('requests'),
    limits: of('limits'),
    priorityClass: spec?.priorityClassName ?? null,
    isTerminating: activeDeadlineSeconds !== undefined,
  };
}

function amountsOf({ resources }: Container, side: 'requests' | 'limits'): Amounts {
  // A container that has a limit and no request asks for the limit.
  return numbers(side === 'requests' ? { ...resources?.limits, ...resources?.requests } : resources?.limits);
}

function numbers(amounts: Readonly<Record<string, unknown>> = {}): Amounts {
  return Object.fromEntries(
    Object.entries(amounts).map(([resource, amount]) => [resource, parseQuantity(String(amount)) ?? 0]),
  );
}

function plus(one: Amounts, other: Amounts): Amounts {
  const sum: Record<string, number> = { ...one };
  for (const [resource, amount] of Object.entries(other)) sum[resource] = (sum[resource] ?? 0) + amount;
  return sum;
}

function largest(all: readonly Amounts[]): Amounts {
  const most: Record<string, number> = {};
  for (const [resource, amount] of all.flatMap((amounts) => Object.entries(amounts))) {
    most[resource] = Math.max(most[resource] ?? 0, amount);
  }
  return most;
}

export function quotaOf({ metadata, spec, status }: ResourceQuota): Quota {
  const scopes = (spec?.scopes ?? []).map((name): QuotaScope => ({ name, operator: 'Exists', values: [] }));
  const selected = (spec?.scopeSelector?.matchExpressions ?? []).map(({ scopeName, operator, values }) => ({
    name: scopeName,
    operator: operator as QuotaScope['operator'],
    values: values ?? [],
  }));
  return {
    name: metadata?.name ?? '',
    scopes: [...scopes, ...selected],
    hard: numbers(spec?.hard ?? status?.hard),
    used: numbers(status?.used),
  };
}

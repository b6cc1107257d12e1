/**
 * What a target would refuse of a plan, long before its VMs are migrated. Drover tries each kind of Pod and of claim
 * once, however many VMs need it. The check of each VM later tries that VM's Pods and claims again.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { FailureKind } from '../../../plan/failures';
import type { FrozenVm } from '../../../plan/frozen';
import { groupBy } from '../../../plan/group-by';
import type { TargetAnswers, TargetRefusal } from '../../../plan/resolve/check-answers';
import type { Cluster } from '../access/clusters';
import { refusedClaims } from './claim-trials';
import type { FuturePod, FuturePods } from './future-pods';
import { launcherLimits } from './launcher-limits';
import { type AdmittedPods, demandOf, podDemand } from './pod-demand';
import { futureOf, type PodRules, quotasOf, requireNodes } from './pod-rules';
import { kindOf } from './pod-trials';

/** Failure kinds that mean a refusal of the Pod. Any other failure says nothing about the Pod. */
const REFUSALS: readonly string[] = [
  'PodRefused',
  'NoNodeFits',
  'QuotaExceeded',
  'TargetRefused',
] satisfies FailureKind[];

type Verdict = { pod: FuturePod } | { refused: Omit<TargetRefusal, 'vms'> };

interface Candidate {
  vm: FrozenVm;
  future: FuturePods;
}

/**
 * @param vms of one plan, and so of one target namespace
 * @param isBegun whether some objects of a VM exist already: quotas have counted these
 */
export async function tryPlan(
  cluster: Cluster,
  vms: readonly FrozenVm[],
  isBegun: (vm: FrozenVm) => boolean,
  rules: PodRules,
): Promise<TargetAnswers> {
  const [first] = vms;
  if (first === undefined) return { refusals: [], demands: [], quotas: [] };
  const quotas = await quotasOf(cluster, first);
  const limits = await launcherLimits(cluster, first.namespace, quotas);
  const candidates = await Promise.all(
    vms.map(async (vm) => ({ vm, future: await futureOf(cluster, vm, limits, rules) })),
  );
  const [verdicts, claims] = await Promise.all([
    tryKinds(cluster, candidates, rules),
    refusedClaims(cluster.api, ...vms),
  ]);
  const demands = candidates.flatMap(({ vm, future }) => {
    const admitted = isBegun(vm) ? null : admittedOf(future, verdicts);
    return admitted === null ? [] : [{ vm: vm.vm.name, demand: demandOf(vm, admitted) }];
  });
  return { refusals: [...refusalsOf(candidates, verdicts), ...claims], demands, quotas };
}

const allOf = ({ volumes, copy, convert, hooks, run }: FuturePods): FuturePod[] => [
  ...volumes,
  ...copy,
  ...convert,
  ...hooks,
  ...run,
];

async function tryKinds(
  cluster: Cluster,
  candidates: readonly Candidate[],
  rules: PodRules,
): Promise<Map<string, Verdict>> {
  const kinds = groupBy(
    candidates.flatMap(({ future }) => allOf(future)),
    kindOf,
  );
  const passed = betweenExtremes([...kinds.values()].map(([pod]) => pod));
  const tried = [...kinds].map(async ([kind, [pod]]): Promise<[string, Verdict]> => [
    kind,
    await judge(cluster, pod, { ...rules, isTried: !passed.has(pod) }),
  ]);
  return new Map(await Promise.all(tried));
}

/**
 * Launchers between the smallest and the largest guest. The cluster's answers for those two hold for the others: Drover
 * compares the others only with the nodes.
 */
function betweenExtremes(pods: readonly FuturePod[]): ReadonlySet<FuturePod> {
  const sized = pods
    .filter(({ purpose }) => purpose === 'launcher')
    .map((pod) => ({ pod, memory: podDemand(pod.pod).requests.memory ?? 0 }))
    .sort((one, other) => one.memory - other.memory);
  return new Set(sized.slice(1, -1).map(({ pod }) => pod));
}

async function judge(
  cluster: Cluster,
  future: FuturePod,
  { isTried, ...rules }: PodRules & { isTried: boolean },
): Promise<Verdict> {
  try {
    const admitted = isTried ? await rules.trials.admitted(cluster, [future]) : [future];
    await requireNodes(cluster, admitted, rules);
    return { pod: admitted[0] ?? future };
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || !REFUSALS.includes(error.type ?? '')) throw error;
    return { refused: { tried: future.purpose, kind: error.type as FailureKind, why: error.message } };
  }
}

/** Null where the cluster refuses one of the Pods. */
function admittedOf(future: FuturePods, verdicts: ReadonlyMap<string, Verdict>): AdmittedPods | null {
  const podsOf = (pods: readonly FuturePod[]) =>
    pods.flatMap((one) => {
      const verdict = verdicts.get(kindOf(one));
      return verdict !== undefined && 'pod' in verdict ? [verdict.pod.pod] : [];
    });
  const { volumes, copy, convert, hooks, run } = future;
  const admitted = {
    volumes: podsOf(volumes),
    copy: podsOf(copy),
    convert: podsOf(convert),
    hooks: podsOf(hooks),
    run: podsOf(run),
  };
  return Object.values(admitted).flat().length === allOf(future).length ? admitted : null;
}

function refusalsOf(
  candidates: readonly Candidate[],
  verdicts: ReadonlyMap<string, Verdict>,
): TargetRefusal[] {
  return [...verdicts].flatMap(([kind, verdict]) => {
    if (!('refused' in verdict)) return [];
    const needing = candidates.filter(({ future }) => allOf(future).some((pod) => kindOf(pod) === kind));
    return [{ ...verdict.refused, vms: needing.map(({ vm }) => vm.vm.name) }];
  });
}

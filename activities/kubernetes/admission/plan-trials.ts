/**
 * What a target would refuse of a plan, long before its VMs are migrated. Each kind of Pod and of claim is tried once,
 * however many VMs need it; the check of each VM tries its own again.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { FailureKind } from '../../../plan/failures';
import type { FrozenVm } from '../../../plan/frozen';
import { groupBy } from '../../../plan/group-by';
import type { TargetAnswers, TargetRefusal } from '../../../plan/resolve/check-answers';
import type { Cluster } from '../access/clusters';
import { refusedClaims } from './claim-trials';
import type { FuturePod, FuturePods } from './future-pods';
import { demandOf } from './pod-demand';
import { futureOf, type PodRules, quotasOf, requireNodes } from './pod-rules';
import { kindOf } from './pod-trials';

/** What a refusal may be of; everything else says nothing about the Pod. */
const REFUSALS: readonly string[] = [
  'PodRefused',
  'NoNodeFits',
  'QuotaExceeded',
  'TargetRefused',
] satisfies FailureKind[];

type Verdict = { pod: FuturePod } | { refused: Pick<TargetRefusal, 'kind' | 'why'> };

interface Candidate {
  vm: FrozenVm;
  future: FuturePods;
}

/**
 * @param vms of one plan, and so of one target namespace
 * @param isBegun whether something of a VM is there already: what that is, quotas have counted
 */
export async function tryPlan(
  cluster: Cluster,
  vms: readonly FrozenVm[],
  isBegun: (vm: FrozenVm) => boolean,
  rules: PodRules,
): Promise<TargetAnswers> {
  const [first] = vms;
  if (first === undefined) return { refusals: [], demands: [], quotas: [] };
  const candidates = await Promise.all(
    vms.map(async (vm) => ({ vm, future: await futureOf(cluster, vm, rules) })),
  );
  const [verdicts, claims, quotas] = await Promise.all([
    tryKinds(cluster, candidates, rules),
    refusedClaims(cluster, vms),
    quotasOf(cluster, first),
  ]);
  const demands = candidates.flatMap(({ vm, future }) => {
    const admitted = isBegun(vm) ? null : admittedOf(future, verdicts);
    return admitted === null ? [] : [{ vm: vm.vm.name, demand: demandOf(vm, admitted) }];
  });
  return { refusals: [...refusalsOf(candidates, verdicts), ...claims], demands, quotas };
}

const allOf = ({ volumes, copy, convert }: FuturePods): FuturePod[] => [...volumes, ...copy, ...convert];

async function tryKinds(
  cluster: Cluster,
  candidates: readonly Candidate[],
  rules: PodRules,
): Promise<Map<string, Verdict>> {
  const kinds = groupBy(
    candidates.flatMap(({ future }) => allOf(future)),
    kindOf,
  );
  const tried = [...kinds].map(async ([kind, [pod]]): Promise<[string, Verdict]> => [
    kind,
    await judge(cluster, pod, rules),
  ]);
  return new Map(await Promise.all(tried));
}

async function judge(cluster: Cluster, future: FuturePod, rules: PodRules): Promise<Verdict> {
  try {
    const admitted = await rules.trials.admitted(cluster, [future]);
    await requireNodes(cluster, admitted, rules);
    return { pod: admitted[0] ?? future };
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || !REFUSALS.includes(error.type ?? '')) throw error;
    return { refused: { kind: error.type as FailureKind, why: error.message } };
  }
}

/** Null where one of them is refused. */
function admittedOf({ volumes, copy, convert }: FuturePods, verdicts: ReadonlyMap<string, Verdict>) {
  const podsOf = (pods: readonly FuturePod[]) =>
    pods.flatMap((future) => {
      const verdict = verdicts.get(kindOf(future));
      return verdict !== undefined && 'pod' in verdict ? [verdict.pod.pod] : [];
    });
  const admitted = { volumes: podsOf(volumes), copy: podsOf(copy), convert: podsOf(convert) };
  const isWhole =
    admitted.volumes.length === volumes.length &&
    admitted.copy.length === copy.length &&
    admitted.convert.length === convert.length;
  return isWhole ? admitted : null;
}

function refusalsOf(
  candidates: readonly Candidate[],
  verdicts: ReadonlyMap<string, Verdict>,
): TargetRefusal[] {
  return [...verdicts].flatMap(([kind, verdict]) => {
    if (!('refused' in verdict)) return [];
    const needing = candidates.filter(({ future }) => allOf(future).some((pod) => kindOf(pod) === kind));
    const tried = needing.flatMap(({ future }) => allOf(future)).find((pod) => kindOf(pod) === kind);
    if (tried === undefined) return [];
    return [{ tried: tried.purpose, ...verdict.refused, vms: needing.map(({ vm }) => vm.vm.name) }];
  });
}

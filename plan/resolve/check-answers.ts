/** What the target says to the Pods and claims of a plan, before any of its VMs is migrated. */
import type { FailureKind } from '../failures';
import type { ManifestSet } from '../manifest-set';
import { type PlanShortage, planShortages } from '../plan-quota';
import type { PodPurpose } from '../pod-resources';
import { errorAt, type Location, type Problem, warningAt } from '../problem';
import { type Demand, leftText, LIMITS, type Quota, shown } from '../quota';
import { manifestAt, planAt } from './places';
import { vmNames } from './vm-names';

/** What is tried: a Pod that Drover makes, one that CDI or KubeVirt makes, or a claim. */
export type Tried = PodPurpose | 'importer' | 'launcher' | 'claim';

/** What the target refuses of some VMs. */
export interface TargetRefusal {
  tried: Tried;
  kind: FailureKind;
  why: string;
  /** Names. */
  vms: string[];
}

/** What a target was asked for a plan. */
export interface TargetAnswers {
  refusals: readonly TargetRefusal[];
  /** What each VM adds, where nothing of it is refused and nothing of it is there yet. */
  demands: readonly { vm: string; demand: Demand }[];
  quotas: readonly Quota[];
}

export function checkAnswers(set: ManifestSet, answers: TargetAnswers): Problem[] {
  const { refusals, demands, quotas } = answers;
  const { maxConcurrentVms } = set.plan.spec.drover;
  const short = planShortages(
    quotas,
    demands.map(({ demand }) => demand),
    maxConcurrentVms,
  );
  const names = demands.map(({ vm }) => vm);
  return [
    ...refusals.map((refusal) => refusalProblem(set, refusal)),
    ...short.map((shortage) => shortageProblem(set, shortage, names)),
    ...limitProblems(set, answers),
  ];
}

function refusalProblem(set: ManifestSet, { tried, kind, why, vms }: TargetRefusal): Problem {
  return errorAt(placeOf(set, tried), `${vmNames(vms)}: ${why}`, remedyOf(set, tried, kind));
}

function placeOf(set: ManifestSet, tried: Tried): Location {
  switch (tried) {
    case 'claim':
      return manifestAt(set.storageMap, 'spec.map');
    case 'importer':
    case 'launcher':
      return planAt(set, 'spec.targetNamespace');
    default:
      return planAt(set, `spec.drover.podResources.${tried}`);
  }
}

function remedyOf({ plan }: ManifestSet, tried: Tried, kind: FailureKind): string {
  const admits = `let namespace ${plan.spec.targetNamespace} admit it`;
  const smaller = 'give the VM less memory or fewer processors';
  switch (tried) {
    case 'claim':
      return `${admits}, or map the disk to another storage class`;
    case 'importer':
      return `${admits}, or change podResourceRequirements of CDI's configuration`;
    case 'launcher':
      return kind === 'NoNodeFits'
        ? `give the target such a node, change ${whereOf(tried)}, or ${smaller}`
        : `${admits}, or ${smaller}`;
    default:
      return kind === 'NoNodeFits'
        ? `give the target such a node, or change ${['podResources', ...settingsOf(tried)].join(', ')}`
        : `${admits}, or give it other podResources (docs/operations.md, Rules for Pods)`;
  }
}

/** The settings by which a Pod of Drover's finds no node, besides what it asks for. */
function settingsOf(tried: PodPurpose): string[] {
  switch (tried) {
    case 'plugin':
    case 'hook':
      return [];
    case 'probe':
      return [whereOf(tried)];
    case 'binder':
    case 'conversion':
      return ['conversionKvm', whereOf(tried)];
  }
}

/** The fields that say on which nodes a Pod may run. */
function whereOf(tried: Exclude<Tried, 'claim' | 'importer' | 'plugin'>): string {
  const ofTarget = 'targetNodeSelector or the nodeAffinity in targetAffinity';
  return tried === 'conversion' || tried === 'probe'
    ? `convertorNodeSelector or convertorAffinity (without both: ${ofTarget})`
    : ofTarget;
}

/** An older KubeVirt sets no limits by itself, and its Pods are refused where a quota asks for them. */
function limitProblems(set: ManifestSet, { demands, quotas }: TargetAnswers): Problem[] {
  const asking = quotas.find(({ hard }) => Object.values(LIMITS).some((name) => hard[name] !== undefined));
  if (asking === undefined || demands.every(({ demand }) => demand.runs.length === 0)) return [];
  const found = `quota ${asking.name} asks for limits, which a KubeVirt before 1.5 gives its Pods only with the feature gate AutoResourceLimitsGate`;
  const remedy = 'see that the KubeVirt of the target does: else the targets can not start';
  return [warningAt(planAt(set, 'spec.targetNamespace'), found, remedy)];
}

function shortageProblem(set: ManifestSet, short: PlanShortage, names: readonly string[]): Problem {
  const { kind, quota, resource, hard, needed, fitting } = short;
  const at = planAt(set, 'spec.targetNamespace');
  const left = leftText(short);
  const asked = shown(resource, needed);
  const count = names.length;
  switch (kind) {
    case 'one': {
      const alone = vmNames(short.vms.map((place) => names[place] ?? ''));
      const adds = short.vms.length === 1 ? `adds ${asked}` : `each add too much, up to ${asked}`;
      return errorAt(at, `${left}, and ${alone} ${adds}`, 'raise the quota, or ask for less');
    }
    case 'kept': {
      const found = `quota ${quota} allows ${shown(resource, hard)} ${resource} in all, and the ${count} VMs keep ${asked}`;
      return errorAt(at, found, 'raise the quota, or split the plan over several namespaces');
    }
    case 'atOnce': {
      const { maxConcurrentVms } = set.plan.spec.drover;
      const found = `${left}, and the plan needs up to ${asked} with ${Math.min(count, maxConcurrentVms)} VMs at once: ${fitting} at once would fit`;
      const remedy = `raise the quota, or set spec.drover.maxConcurrentVms to ${fitting}`;
      return warningAt(planAt(set, 'spec.drover.maxConcurrentVms'), found, remedy);
    }
    case 'all': {
      const found = `${left}, and the ${count} VMs need ${asked}: ${fitting} of them would fit`;
      return warningAt(at, found, 'raise the quota, or leave the others to a later plan');
    }
  }
}

/** What `plan check` found, as one page that stands alone and that a project manager can read. */
import { POLICIES } from '../../../plan/policies/all';
import type { AttachedDisk } from '../../../plan/frozen';
import { placeOf, type Problem, refuses, weightOf } from '../../../plan/problem';
import type { CheckResult } from '../../../workflows/temporal-api';
import { countVms, formatBytes, formatTime } from '../format';
import { bad, figureList, good, renderDocument } from '../report/document';
import { type Html, markup } from '../report/html';
import { type Cell, list, right, whole } from '../report/html-table';
import { describeMethod } from './table';
import { checkTitle } from './title';

type Weight = ReturnType<typeof weightOf>;

const TITLES: Readonly<Record<Weight, string>> = {
  error: 'Critical: the plan is refused until this is mended',
  warning: 'Warnings: something is lost, or works in another way at the target',
  information: 'Information: nobody has to act',
  acknowledged: 'Known, and acknowledged in the plan',
};

export function renderCheckPage(result: CheckResult): string {
  const name = checkTitle(result);
  const { problems, total } = result;
  const verdict = refuses(problems) ? bad('refused') : good('can start');
  return renderDocument({
    title: `${name}: check of a plan`,
    body: markup`<h1>${name}</h1>
<p>Check of a plan before anything is migrated: ${countVms(total)}. Nothing was changed.</p>
${figureList([
  ['the plan', verdict],
  ['critical', ofWeight(problems, 'error').length],
  ['warnings', ofWeight(problems, 'warning').length],
  ['information', ofWeight(problems, 'information').length],
  ['acknowledged', ofWeight(problems, 'acknowledged').length],
])}
${(Object.keys(TITLES) as Weight[]).map((weight) => table(weight, ofWeight(problems, weight)))}
${machines(result)}
${migrated(result)}`,
  });
}

function ofWeight(problems: readonly Problem[], weight: Weight): Problem[] {
  return problems.filter((problem) => weightOf(problem) === weight);
}

function table(weight: Weight, problems: readonly Problem[]): Html {
  const last = weight === 'acknowledged' ? 'why it is accepted' : 'what to do';
  return list(
    TITLES[weight],
    ['about', 'found', last, 'where', 'policy'],
    problems.map((problem) => [
      titleOf(problem),
      problem.found,
      weight === 'acknowledged' ? problem.acknowledged : problem.remedy,
      placeOf(problem),
      whole(problem.policy ?? ''),
    ]),
  );
}

/** What is of no policy is about the plan: its maps, its target, its images. */
function titleOf({ policy }: Problem): string {
  return POLICIES.find(({ id }) => id === policy)?.title ?? 'The plan';
}

function machines({ vms }: CheckResult): Html {
  const rows = vms.map(({ vm, namespace, targetName, disks, attached = [], startTarget }): Cell[] => [
    vm.name,
    `${namespace}/${targetName}`,
    right(disks.length + attached.length),
    right(formatBytes(disks.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0))),
    [...new Set([...disks.map(({ method }) => describeMethod(method)), ...attached.map(attachment)])].join(
      '; ',
    ),
    [...new Set(disks.map(({ storageClass }) => storageClass))].join(', '),
    whole(startTarget ? 'starts' : 'stays off'),
  ]);
  const head = ['VM', 'target', right('disks'), right('size'), 'copied by', 'storage class', 'then'];
  return list('What would be migrated', head, rows);
}

function attachment({ owner, volumeName }: AttachedDisk): string {
  return `attaches volume ${volumeName}, which the migration of ${owner.name} fills`;
}

function migrated({ migrated: done = [] }: CheckResult): Html {
  return list(
    'Already migrated, and left alone',
    ['VM', 'target', 'when'],
    done.map(({ vm, target, at }) => [
      vm.name,
      `${target.namespace}/${target.name}`,
      whole(at === null ? '' : formatTime(at)),
    ]),
  );
}

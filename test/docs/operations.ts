/** The tables and samples of docs/operations.md that are written from the code. */
import { renderVersions } from '../../client/render/versions';
import type { WorkerVersion } from '../../client/versions/read';
import { mayRetire, type RunningCount, type VersionUse } from '../../client/versions/retire';
import { WORKFLOW_TYPES } from '../../client/workflow-types';
import { CHECKS } from '../../doctor/checks/all';
import { CHANGE_KEYS } from '../../plan/changes/keys';
import { failureSpec, FAILURES, type FailureKind } from '../../plan/failures';
import { variables } from '../../workers/environment';
import { RESOURCE_KINDS } from '../../workflows/transfer-slots/resources';
import { code, table } from './markdown';

/** Markdown by the name of its place in the document. */
export function operationsParts(): Record<string, string> {
  return {
    checks: checksTable(),
    kinds: kindsTable(),
    limits: limitsTable(),
    changes: changesTable(),
    variables: variablesTable(),
    versions: versionsSample(),
  };
}

function checksTable(): string {
  return table(
    ['check', 'looks at'],
    CHECKS.map(({ id, looksAt }) => [code(id), looksAt]),
  );
}

function kindsTable(): string {
  return table(
    ['kind', 'tried again', 'makes void', 'policy', 'what to do'],
    (Object.keys(FAILURES) as FailureKind[]).map((kind) => {
      const { retry, undoes, policy, remedy } = failureSpec(kind);
      return [code(kind), retry, undoes ?? '', policy === undefined ? '' : code(policy), remedy];
    }),
  );
}

function changesTable(): string {
  return table(
    ['key', 'takes', 'then'],
    Object.entries(CHANGE_KEYS).map(([key, { takes, does }]) => [code(key), takes, does]),
  );
}

function limitsTable(): string {
  return table(
    ['kind', 'default', 'limits at once', 'where the default comes from'],
    Object.entries(RESOURCE_KINDS).map(([kind, { limit, what, why }]) => [
      code(kind),
      String(limit),
      what,
      why,
    ]),
  );
}

function variablesTable(): string {
  return table(
    ['variable', 'default', 'what it does'],
    variables().map(({ name, fallback, meaning }) => [
      code(name),
      fallback === null ? 'none' : code(fallback),
      meaning,
    ]),
  );
}

/** What `drover versions list` prints in the middle of an upgrade. */
function versionsSample(): string {
  const current = version('0.2.0', 'current', [
    { workflow: 'migrateWave', pinned: 0, following: 1 },
    { workflow: 'wavePage', pinned: 0, following: 1 },
    { workflow: 'transferSlots', pinned: 0, following: 1 },
  ]);
  const draining = version('0.1.0', 'draining', [
    { workflow: 'migrateVm', pinned: 3, following: 0 },
    { workflow: 'copyDisk', pinned: 5, following: 0 },
  ]);
  const text = renderVersions({
    taskQueue: 'drover',
    isVersioned: true,
    versions: [current, draining],
    unversioned: { isCurrent: false, workers: [], running: [] },
  });
  return `\`\`\`\n${text.trimEnd()}\n\`\`\``;
}

type Counted = RunningCount & { workflow: keyof typeof WORKFLOW_TYPES };

function version(build: string, status: VersionUse['status'], counted: readonly Counted[]): WorkerVersion {
  const types = Object.values(WORKFLOW_TYPES);
  const running = [...counted].sort((a, b) => types.indexOf(a.workflow) - types.indexOf(b.workflow));
  const use = { status, rampPercent: null, running };
  return { deployment: 'drover', build, ...use, workers: ['1@first', '1@second'], ...mayRetire(use) };
}

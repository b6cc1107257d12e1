/** The tables of docs/operations.md that are written from the code. */
import { CHANGE_KEYS } from '../../plan/changes/keys';
import { failureSpec, FAILURES, type FailureKind } from '../../plan/failures';
import { variables } from '../../workers/environment';
import { RESOURCE_KINDS } from '../../workflows/transfer-slots/resources';
import { code, table } from './markdown';

/** Markdown by the name of its place in the document. */
export function operationsParts(): Record<string, string> {
  return {
    kinds: kindsTable(),
    limits: limitsTable(),
    changes: changesTable(),
    variables: variablesTable(),
  };
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

import { pickVm } from '../../client/find-vm';
import type { VmListEntry } from '../../client/vm-list';

function entry(vm: string, moref: string, vcenter = 'uuid-1'): VmListEntry {
  return {
    workflowId: `migrate-vm/${vcenter}/${moref}`,
    runId: 'run-1',
    vm,
    moref,
    plan: `mtv/${vcenter}`,
    phase: 'copy',
    outcome: null,
    attention: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
  };
}

const WEB = entry('web', 'vm-1');
const DB = entry('db', 'vm-2');
const OTHER_DB = entry('db', 'vm-2', 'uuid-2');
const NAMED_LIKE_A_MOREF = entry('vm-1', 'vm-9');

test('finds a VM by name, by moref and by workflow id', () => {
  for (const name of ['web', 'vm-1', 'migrate-vm/uuid-1/vm-1']) expect(pickVm([WEB, DB], name)).toBe(WEB);
});

test('takes a name for a name, even where it looks like the moref of another', () => {
  expect(pickVm([WEB, NAMED_LIKE_A_MOREF], 'vm-1')).toBe(NAMED_LIKE_A_MOREF);
});

test('lists the ids of all who may be meant', () => {
  expect(() => pickVm([WEB, DB, OTHER_DB], 'db')).toThrow(
    expect.objectContaining({
      code: 'Ambiguous',
      message:
        '"db" may be any of these; give one of the ids:\n' +
        '  migrate-vm/uuid-1/vm-2 (plan mtv/uuid-1)\n  migrate-vm/uuid-2/vm-2 (plan mtv/uuid-2)',
    }) as Error,
  );
  expect(pickVm([WEB, DB, OTHER_DB], 'migrate-vm/uuid-2/vm-2')).toBe(OTHER_DB);
});

test('says how to list what is known where nothing is meant', () => {
  expect(() => pickVm([WEB], 'ghost')).toThrow(
    'no migration of a VM "ghost" is known; list them: drover status',
  );
});

import type { SourceVmRef } from '../../../plan/inventory';
import { tellApart } from '../../../plan/names';
import { chooseVms } from '../../../plan/resolve';
import { manifestSet, sentences } from '../example';

function ref(number: number, name: string, folder = 'prod'): SourceVmRef {
  return {
    moref: `vm-${number}`,
    name,
    inventoryPath: `/DC0/vm/${folder}/${name}`,
    instanceUuid: `5020aaaa-0000-0000-0000-0000000000${number}`,
  };
}

const REFS = [ref(41, 'web01'), ref(42, 'web02'), ref(43, 'db01'), ref(44, 'db01', 'test')];

function choose(vms: object[], only?: string[], refs = REFS) {
  return chooseVms(manifestSet({ plan: { vms } }), refs, only);
}

test.each<[string, object, string]>([
  ['moref', { id: 'vm-41' }, 'vm-41'],
  ['instance UUID, in any case', { id: '5020AAAA-0000-0000-0000-000000000042' }, 'vm-42'],
  ['name', { name: 'web01' }, 'vm-41'],
  ['inventory path', { name: '/DC0/vm/test/db01' }, 'vm-44'],
  ['inventory path without its leading slash', { name: 'DC0/vm/prod/db01' }, 'vm-43'],
])('a VM is found by its %s', (_, entry, moref) => {
  const { chosen, problems } = choose([entry]);
  expect(problems).toEqual([]);
  expect(chosen.map((vm) => vm.moref)).toEqual([moref]);
});

test.each<[string, object[], string]>([
  [
    'an unknown name',
    [{ name: 'web' }],
    'Plan/mtv/wave-1: spec.vms[0].name: no VM is named "web"; did you mean "web01" or "web02"?',
  ],
  [
    'a name like no other',
    [{ name: 'mainframe' }],
    'Plan/mtv/wave-1: spec.vms[0].name: no VM is named "mainframe"; see `drover inventory vms`',
  ],
  [
    'an unknown id, whatever name is beside it',
    [{ id: 'vm-999999', name: 'web01' }],
    'Plan/mtv/wave-1: spec.vms[0].id: no VM has the id "vm-999999"; see `drover inventory vms`',
  ],
  [
    'a name of two VMs',
    [{ name: 'db01' }],
    'Plan/mtv/wave-1: spec.vms[0].name: 2 VMs go by "db01"; give the id of one of: vm-43 (/DC0/vm/prod/db01), vm-44 (/DC0/vm/test/db01)',
  ],
  [
    'one VM twice',
    [{ name: 'web01' }, { id: 'vm-41' }],
    'Plan/mtv/wave-1: spec.vms[1]: VM "web01" (vm-41) is in the plan already, as spec.vms[0]; remove one of the two',
  ],
])('%s is refused', (_, vms, sentence) => {
  expect(sentences(choose(vms).problems)).toEqual([sentence]);
});

test('an id whose VM bears another name now is a warning', () => {
  const { chosen, problems } = choose([{ id: 'vm-41', name: 'old-web' }]);
  expect(chosen).toHaveLength(1);
  expect(problems).toMatchObject([{ severity: 'warning', found: 'vm-41 is VM "web01" now, not "old-web"' }]);
});

test('two given target names that are the same are refused, at both', () => {
  const vms = [
    { name: 'web01', targetName: 'web' },
    { name: 'web02', targetName: 'web' },
  ];
  expect(sentences(choose(vms).problems)).toEqual([
    'Plan/mtv/wave-1: spec.vms[0].targetName: VM "web02" (vm-42) of the plan gets the name "web", too; give each its own targetName',
    'Plan/mtv/wave-1: spec.vms[1].targetName: VM "web01" (vm-41) of the plan gets the name "web", too; give each its own targetName',
  ]);
});

describe('derived target names that meet', () => {
  const refs = [ref(41, 'Web_01'), ref(42, 'web 01'), ref(43, 'web-01')];
  const nameOf = (vms: object[], moref: string, only?: string[]) =>
    choose(vms, only, refs).chosen.find((vm) => vm.moref === moref)?.targetName;

  test('are told apart, each by its own VM', () => {
    const { chosen, problems } = choose([{ id: 'vm-41' }, { id: 'vm-42' }], undefined, refs);
    expect(problems).toEqual([]);
    expect(chosen.map((vm) => vm.targetName)).toEqual([
      tellApart('web-01', 'vm-41'),
      tellApart('web-01', 'vm-42'),
    ]);
  });

  test('stay the same in another order, and when one of them is chosen alone', () => {
    const name = nameOf([{ id: 'vm-41' }, { id: 'vm-42' }], 'vm-41');
    expect(nameOf([{ id: 'vm-42' }, { id: 'vm-41' }], 'vm-41')).toBe(name);
    expect(nameOf([{ id: 'vm-42' }, { id: 'vm-41' }], 'vm-41', ['vm-41'])).toBe(name);
  });

  test('give way to a given name', () => {
    const vms = [{ id: 'vm-41' }, { id: 'vm-43', targetName: 'web-01' }];
    expect(nameOf(vms, 'vm-43')).toBe('web-01');
    expect(nameOf(vms, 'vm-41')).toBe(tellApart('web-01', 'vm-41'));
  });
});

describe('choosing some VMs of a plan', () => {
  const PLAN = [{ name: 'web02' }, { name: 'web01' }, { name: 'gone' }];
  const AT = 'Plan/mtv/wave-1: spec.vms:';

  test.each([['web01'], ['vm-41'], ['5020aaaa-0000-0000-0000-000000000041'], ['/DC0/vm/prod/web01']])(
    '%s is chosen',
    (text) => {
      const { chosen, problems } = choose(PLAN, [text]);
      expect(chosen.map((vm) => vm.moref)).toEqual(['vm-41']);
      expect(problems).toEqual([]);
    },
  );

  test('they keep the order and the places of the plan, and count once', () => {
    const { chosen } = choose(PLAN, ['web01', 'web02', 'vm-41']);
    expect(chosen.map((vm) => [vm.moref, vm.index])).toEqual([
      ['vm-42', 0],
      ['vm-41', 1],
    ]);
  });

  test.each<[string, string[], string]>([
    [
      'what is not in the plan',
      ['mainframe'],
      `${AT} no VM of the plan is named "mainframe"; choose among spec.vms of the plan`,
    ],
    ['a slip', ['web1'], `${AT} no VM of the plan is named "web1"; did you mean "web01" or "web02"?`],
    ['nothing', [], `${AT} no VM was chosen; choose at least one, or all`],
    [
      'an entry that is lost',
      ['gone'],
      'Plan/mtv/wave-1: spec.vms[2].name: no VM is named "gone"; see `drover inventory vms`',
    ],
  ])('%s is refused', (_, only, sentence) => {
    const { chosen, problems } = choose(PLAN, only);
    expect(sentences(problems)).toEqual([sentence]);
    expect(chosen).toEqual([]);
  });

  test('a name that two VMs of the plan share is refused', () => {
    const { problems } = choose([{ id: 'vm-43' }, { id: 'vm-44' }], ['db01']);
    expect(sentences(problems)).toEqual([
      `${AT} 2 VMs of the plan go by "db01"; give the id of one of: vm-43 (/DC0/vm/prod/db01), vm-44 (/DC0/vm/test/db01)`,
    ]);
  });
});

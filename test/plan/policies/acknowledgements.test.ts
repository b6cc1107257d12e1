import { validateManifests } from '../../../plan/validate-manifests';
import { resolvePlan } from '../../../plan/resolve';
import { formatJudged } from '../../../plan/problem';
import { documents, inventory, manifestSet, nic, sentences, sourceVm, targetInventory } from '../example';

const WHY = 'the target has spare nodes';
const HOT = { id: 'hot-add', detail: 'memory' } as const;

function resolve(acknowledge: object[]) {
  const other = { moref: 'vm-43', name: 'db01', inventoryPath: '/DC0/vm/db01', instanceUuid: 'other' };
  const vms = [
    sourceVm({ concerns: [HOT] }),
    sourceVm({ ...other, nics: [nic({ macAddress: '00:50:56:00:00:02' })], concerns: [HOT] }),
  ];
  return resolvePlan(
    manifestSet({ plan: { drover: { acknowledge } } }),
    inventory({ vms }),
    targetInventory(),
  );
}

test('what is acknowledged is shown with its reason, and no longer counts', () => {
  const { problems, vms } = resolve([{ policy: 'hot-add', why: WHY }]);
  expect(problems.map(formatJudged)).toEqual([
    `acknowledged: Plan/mtv/wave-1: spec.vms: VMs "web01", "db01", each: it can get memory while it runs, and its target will not be able to; give it before the migration what it may need [hot-add] (acknowledged: ${WHY})`,
  ]);
  expect(vms).toHaveLength(2);
});

test('of the VMs that it names only; the others still count', () => {
  const { problems } = resolve([{ policy: 'hot-add', vms: ['vm-43'], why: WHY }]);
  expect(problems.map(({ acknowledged, location }) => [location.path, acknowledged])).toEqual([
    ['spec.vms[0]', undefined],
    ['spec.vms[1]', WHY],
  ]);
});

test('a reason of its own for one VM counts before the reason for all', () => {
  const { problems } = resolve([
    { policy: 'hot-add', why: WHY },
    { policy: 'hot-add', vms: ['web01'], why: 'it has enough' },
  ]);
  expect(problems.map(({ acknowledged }) => acknowledged)).toEqual(['it has enough', WHY]);
});

const AT = 'Plan/mtv/wave-1: spec.drover.acknowledge';

test.each<[string, object, string]>([
  [
    'a policy that there is not',
    { policy: 'hot-ad', why: WHY },
    `${AT}[0].policy: there is no policy "hot-ad"; did you mean "hot-add"?`,
  ],
  [
    'a policy that Drover can not migrate against',
    { policy: 'template', why: WHY },
    `${AT}[0].policy: template can not be acknowledged: Drover could not migrate such a VM; deploy a VM from it, and migrate that`,
  ],
  [
    'a VM that is not in the plan',
    { policy: 'hot-add', vms: ['web09'], why: WHY },
    `${AT}[0].vms[0]: no VM "web09" is in spec.vms; name a VM as spec.vms does, by its id or name there`,
  ],
])('%s is refused', (_, entry, sentence) => {
  const { set, problems } = validateManifests(documents({ plan: { drover: { acknowledge: [entry] } } }));
  expect(set).toBeNull();
  expect(sentences(problems)).toEqual([sentence]);
});

test('nothing is acknowledged without a reason, or twice', () => {
  const problemsOf = (...acknowledge: object[]) =>
    sentences(validateManifests(documents({ plan: { drover: { acknowledge } } })).problems);
  expect(problemsOf({ policy: 'hot-add', why: ' ' })[0]).toContain('spec.drover.acknowledge[0].why');
  expect(problemsOf({ policy: 'hot-add' })[0]).toContain('spec.drover.acknowledge[0].why');
  const once = { policy: 'hot-add', vms: ['web01'], why: WHY };
  expect(problemsOf(once, once)).toEqual([
    `${AT}[1]: hot-add is acknowledged already; acknowledge it once for each VM`,
  ]);
});

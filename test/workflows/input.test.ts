/** Any client may start any workflow with anything: whatever it is, the workflow ends, and says why. */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import * as fc from 'fast-check';
import { vmRef } from '../../plan/vm-ref';
import * as workflows from '../../workflows';
import { diskId } from '../../plan/workflow-ids';
import { TASK_QUEUE, type CopyDiskInput, type WaveInput } from '../../workflows/temporal-api';
import type { WorkflowType } from '../../workflows/inputs';
import { BY_PLUGIN, frozenVm } from '../support/frozen-vm';
import { WorkflowLab, workflowIdOf } from '../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
  lab.planner.resolvePlan = () =>
    Promise.resolve({
      plan: { namespace: 'openshift-mtv', name: 'wave-1' },
      problems: [],
      vms: [],
      total: 0,
      next: null,
      maxConcurrentVms: 1,
    });
  lab.planner.readInventory = ({ kind }) => Promise.resolve({ kind, items: [], next: null });
});
afterAll(() => lab.stop());

const TYPES = Object.keys(workflows) as WorkflowType[];

function start(
  type: WorkflowType,
  args: unknown[],
  workflowId: string = randomUUID(),
): Promise<WorkflowHandle> {
  return lab.client.workflow.start(type, { args, taskQueue: TASK_QUEUE, workflowId });
}

/** Message of its `InvalidInput`; null where it ended otherwise. No task of it may have failed. */
async function refusal(handle: WorkflowHandle): Promise<string | null> {
  const error: unknown = await handle.result().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const { events } = await handle.fetchHistory();
  expect((events ?? []).filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  const { cause } = (error ?? {}) as { cause?: { type?: string; message: string; nonRetryable: boolean } };
  if (cause?.type !== 'InvalidInput') return null;
  expect(cause.nonRetryable).toBe(true);
  return cause.message;
}

test.each(TYPES)('%s ends at once where it is given nothing, or what is no input', async (type) => {
  for (const args of [[], [null], [{}], ['x'], [[]], [{ manifests: 'x', vm: 3, disks: {} }]]) {
    expect(await refusal(await start(type, args))).toMatch(new RegExp(`^${type}: .* (is|are) .*; give `));
  }
});

test.each(TYPES)('%s ends, whatever JSON it is given, and no task of it fails', async (type) => {
  const runs = fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (input) => {
    await refusal(await start(type, [input]));
  });
  await fc.assert(runs, { numRuns: 15 });
});

/** Places within a value, those of groups and lists among them. */
function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const children = Object.entries(value).flatMap(([key, child]) => placesIn(child, [...path, key]));
  return path.length === 0 ? children : [path, ...children];
}

function withValue(value: unknown, [key, ...rest]: (string | number)[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[key] = withValue(copy[key], rest, other);
  return copy;
}

test('a VM of which one field is anything else is refused, or is migrated under its own id', async () => {
  const vm = { ...frozenVm({ methods: [BY_PLUGIN] }), labels: { team: 'a' } };
  const runs = fc.asyncProperty(
    fc.constantFrom(...placesIn(vm)),
    fc.jsonValue({ maxDepth: 1 }),
    async (place, other) => {
      const input = withValue(vm, place, other);
      // Under another id even a sound one goes no further.
      expect(await refusal(await start('migrateVm', [input]))).toMatch(/^migrateVm: /);
    },
  );
  await fc.assert(runs, { numRuns: 60 });
});

test('every wrong field is named, and what would be right', async () => {
  const vm = frozenVm({ policy: { parkDeadlineSeconds: 999_999_999 * 86_400 } });
  const handle = await start(
    'migrateVm',
    [{ ...vm, namespace: '../../namespaces/kube-system' }],
    workflowIdOf(vm),
  );
  expect(await refusal(handle)).toBe(
    'migrateVm: namespace is "../../namespaces/kube-system"; give at most 63 lower-case letters, digits and dashes, ' +
      'beginning and ending with a letter or digit. ' +
      'policy.parkDeadlineSeconds is 86399999913600; give at most 31536000.',
  );
});

test.each([
  ['(', 'missing closing )'],
  ['(?=up)', 'a look-ahead (?=…) is not supported'],
  ['((a{1,100}){1,100}){1,100}', ''],
])(
  'the pattern %j, which no console can be read by, is refused before anything is asked',
  async (pattern, why) => {
    const vm = frozenVm({ policy: { verify: { by: 'console', pattern, timeoutSeconds: 60 } } });
    const world = lab.world(vm);
    const said = await refusal(await start('migrateVm', [vm], workflowIdOf(vm)));
    expect(said).toMatch(
      /^migrateVm: policy\.verify\.pattern is ".*"; give a regular expression as RE2 has them/,
    );
    expect(said).toContain(why);
    expect(world.log).toEqual([]);
    expect(world.source.on).toBe(true);
  },
);

test('an empty list that the temporal command made null of is an empty list', async () => {
  const vm = frozenVm();
  lab.world(vm);
  const handle = await start('migrateVm', [{ ...vm, nics: null }], workflowIdOf(vm));
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
});

test('a second argument is refused', async () => {
  expect(await refusal(await start('checkPlan', [{ manifests: [] }, 'x']))).toBe(
    'checkPlan: there are 2 arguments; give one, the input.',
  );
});

test('a VM is migrated under the id of its own alone, so that it never is twice at once', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const handle = await start('migrateVm', [vm], 'migrate-vm/another');

  expect(await refusal(handle)).toBe(
    `migrateVm: it was started under another id than its own; give the workflow id ${workflowIdOf(vm)}.`,
  );
  expect(world.log).toEqual([]);
  expect(world.source.on).toBe(true);
});

test('a plan is run under the id of its own alone, and nothing of it has begun under another', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const { resolvePlan } = lab.planner;
  lab.planner.resolvePlan = () =>
    Promise.resolve({ plan: vm.plan, problems: [], vms: [vm], total: 1, next: null, maxConcurrentVms: 1 });
  const input: WaveInput = { manifests: [{ kind: 'Plan' }] };
  const handle = await start('migrateWave', [input], 'migrate/openshift-mtv/another');

  expect(await refusal(handle)).toBe(
    'migrateWave: it was started under another id than its own; give the workflow id migrate/openshift-mtv/wave-1.',
  );
  expect(world.log).toEqual([]);
  lab.planner.resolvePlan = resolvePlan;
});

test('a disk is copied by its migration alone, which knows that the source is off', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN] });
  const world = lab.world(vm);
  const ref = vmRef(vm);
  const input: CopyDiskInput = {
    vm: ref,
    disk: vm.disks[0]!,
    policy: vm.policy,
    connection: {
      vcenterUrl: vm.source.url,
      vcenterThumbprint: Array.from({ length: 20 }, () => 'AB').join(':'),
      hostUrl: 'https://esx-1.example.com',
      hostThumbprint: null,
    },
    copyId: `${vm.baseName}-k2000-x`,
    firstAttempt: 1,
  };

  expect(await refusal(await start('copyDisk', [input], diskId(ref, 2000)))).toBe(
    'copyDisk: only migrateVm starts it; start that.',
  );
  expect(world.copies).toEqual([]);
});

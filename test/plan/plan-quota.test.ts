import { type PlanShortage, planShortages } from '../../plan/plan-quota';
import type { Demand, Quota } from '../../plan/quota';

const pod = (cpu: number) => ({ requests: { cpu }, limits: { cpu: 2 * cpu }, priorityClass: null });

/** One that needs `cpu` on its way, keeps a claim of `kept` bytes, and has another one of 10 while it goes on. */
const demand = (cpu: number, kept: number): Demand => ({
  steps: [[pod(cpu / 2)], [pod(cpu)]],
  runs: [],
  claims: [
    { storageClass: 'gold', bytes: kept },
    { storageClass: 'tin', bytes: 10, passes: true },
  ],
  objects: { 'jobs.batch': 2, 'virtualmachines.kubevirt.io': 1 },
});

const PLAN = [demand(1, 100), demand(4, 50), demand(2, 100)];

const quota = (hard: Record<string, number>, used: Record<string, number> = {}): Quota => ({
  name: 'q',
  scopes: [],
  hard,
  used,
});

const short = (hard: Record<string, number>, used: Record<string, number> = {}, atOnce = 2) =>
  planShortages([quota(hard, used)], PLAN, atOnce).map(
    ({ kind, needed, fitting, vms }): Partial<PlanShortage> => ({ kind, needed, fitting, vms }),
  );

test('what fits to the last piece fits, and what is not asked for is no matter', () => {
  const hard = {
    'requests.cpu': 6,
    'limits.cpu': 12,
    'requests.storage': 250 + 20,
    persistentvolumeclaims: 3 + 2,
    'tin.storageclass.storage.k8s.io/requests.storage': 20,
    'count/jobs.batch': 4,
    'count/virtualmachines.kubevirt.io': 3,
    services: 0,
  };
  expect(short(hard)).toEqual([]);
});

test.each<[string, Record<string, number>, Record<string, number>, Partial<PlanShortage>]>([
  [
    'a VM that alone asks for more than is left is named',
    { 'requests.cpu': 4 },
    { 'requests.cpu': 1 },
    { kind: 'one', needed: 4, fitting: 0, vms: [1] },
  ],
  [
    'the two largest at once are too much, each alone is not',
    { 'requests.cpu': 5 },
    {},
    { kind: 'atOnce', needed: 6, fitting: 1, vms: [] },
  ],
  [
    'what all keep is more than the quota has',
    { 'gold.storageclass.storage.k8s.io/requests.storage': 200 },
    {},
    { kind: 'kept', needed: 250, fitting: 0, vms: [] },
  ],
  [
    'what all keep is more than others leave, who may go',
    { 'requests.storage': 300 },
    { 'requests.storage': 100 },
    { kind: 'all', needed: 260, fitting: 1, vms: [] },
  ],
  [
    'volumes that pass are counted for those that are on their way',
    { persistentvolumeclaims: 4 },
    {},
    { kind: 'atOnce', needed: 5, fitting: 1, vms: [] },
  ],
  [
    'Jobs go with their migration',
    { 'count/jobs.batch': 3 },
    {},
    { kind: 'atOnce', needed: 4, fitting: 1, vms: [] },
  ],
  [
    'machines stay',
    { 'count/virtualmachines.kubevirt.io': 2 },
    {},
    { kind: 'kept', needed: 3, fitting: 0, vms: [] },
  ],
])('%s', (_, hard, used, expected) => {
  expect(short(hard, used)).toEqual([expected]);
});

test('a plan of fewer VMs than may be at once counts those that it has', () => {
  expect(short({ 'requests.cpu': 7 }, {}, 10)).toEqual([]);
  expect(short({ 'requests.cpu': 6.5 }, {}, 10)).toMatchObject([{ kind: 'atOnce', needed: 7, fitting: 2 }]);
});

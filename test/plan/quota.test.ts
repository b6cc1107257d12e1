import { type Demand, type Quota, shortages, shortageText } from '../../plan/quota';

const GIB = 2 ** 30;

const pod = (cpu: number, priorityClass: string | null = null) => ({
  requests: { cpu, memory: GIB },
  limits: { cpu: 2 * cpu },
  priorityClass,
});

const demand: Demand = {
  steps: [[pod(0.1)], [pod(0.5), pod(0.5), pod(0.5)], [pod(1)]],
  runs: [pod(0.2)],
  claims: [
    { storageClass: 'gold', bytes: 2 * GIB },
    { storageClass: 'tin', bytes: GIB },
  ],
  objects: { 'jobs.batch': 4, secrets: 3 },
};

const quota = (hard: Record<string, number>, more: Partial<Quota> = {}): Quota => ({
  name: 'q',
  scopes: [],
  hard,
  used: {},
  ...more,
});

const short = (...quotas: Quota[]) => shortages(quotas, demand).map(shortageText);

test('what fits to the last piece fits', () => {
  const hard = {
    pods: 3,
    cpu: 1.5,
    'requests.memory': 3 * GIB,
    'limits.cpu': 3,
    'requests.storage': 3 * GIB,
    'tin.storageclass.storage.k8s.io/persistentvolumeclaims': 1,
    'count/jobs.batch': 4,
    services: 0,
    'requests.nvidia.com/gpu': 0,
  };
  expect(short(quota(hard))).toEqual([]);
});

test.each<[string, number, string]>([
  ['pods', 2, 'quota q leaves 2 of 2 pods, and the migration adds 3'],
  ['requests.cpu', 1, 'quota q leaves 1 of 1 requests.cpu, and the migration adds 1.5'],
  ['limits.cpu', 2.5, 'quota q leaves 2.5 of 2.5 limits.cpu, and the migration adds 3'],
  ['memory', 2 * GIB, 'quota q leaves 2048Mi of 2048Mi memory, and the migration adds 3072Mi'],
  [
    'requests.storage',
    GIB,
    'quota q leaves 1024Mi of 1024Mi requests.storage, and the migration adds 3072Mi',
  ],
  ['count/secrets', 2, 'quota q leaves 2 of 2 count/secrets, and the migration adds 3'],
  [
    'gold.storageclass.storage.k8s.io/requests.storage',
    GIB,
    'quota q leaves 1024Mi of 1024Mi gold.storageclass.storage.k8s.io/requests.storage, and the migration adds 2048Mi',
  ],
])('%s of %p is too little', (resource, hard, said) => {
  expect(short(quota({ [resource]: hard }))).toEqual([said]);
});

test('what others use is not left', () => {
  expect(short(quota({ pods: 4 }, { used: { pods: 2 } }))).toEqual([
    'quota q leaves 2 of 4 pods, and the migration adds 3',
  ]);
});

test('Pods without requests and limits, and those with a deadline, are counted where quotas are for these', () => {
  const bare = { requests: {}, limits: {}, priorityClass: null };
  const timed = { ...pod(1), isTerminating: true };
  const others = { ...demand, steps: [[bare, bare], [timed]], runs: [] };
  const of = (name: string) =>
    shortages([quota({ pods: 0 }, { scopes: [{ name, operator: 'Exists', values: [] }] })], others).map(
      ({ needed }) => needed,
    );
  expect(of('BestEffort')).toEqual([2]);
  expect(of('NotBestEffort')).toEqual([1]);
  expect(of('Terminating')).toEqual([1]);
  expect(of('NotTerminating')).toEqual([2]);
});

test('a quota for some Pods counts only these', () => {
  const of = (name: string, operator: 'In' | 'NotIn' | 'Exists', values: string[] = []) =>
    quota({ pods: 0, persistentvolumeclaims: 0 }, { scopes: [{ name, operator, values }] });
  expect(short(of('BestEffort', 'Exists'), of('Terminating', 'Exists'))).toEqual([]);
  expect(short(of('PriorityClass', 'In', ['high']))).toEqual([]);
  expect(short(of('NotTerminating', 'Exists'), of('PriorityClass', 'NotIn', ['high']))).toHaveLength(2);
});

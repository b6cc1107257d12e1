import { checkAnswers, type TargetAnswers } from '../../../plan/resolve/check-answers';
import type { Demand, Quota } from '../../../plan/quota';
import { manifestSet, sentences } from '../example';

const GIB = 2 ** 30;

const demand = (cpu: number, bytes: number): Demand => ({
  steps: [[{ requests: { cpu }, limits: {}, priorityClass: null }]],
  runs: [],
  claims: [{ storageClass: 'gold', bytes }],
  objects: {},
});

const quota = (hard: Record<string, number>, used: Record<string, number> = {}): Quota => ({
  name: 'small',
  scopes: [],
  hard,
  used,
});

const VMS = ['web01', 'db01', 'db02'].map((vm) => ({ vm, demand: demand(2, GIB) }));

function said(answers: Partial<TargetAnswers>, maxConcurrentVms = 2): string[] {
  const set = manifestSet({ plan: { drover: { maxConcurrentVms } } });
  const problems = checkAnswers(set, { refusals: [], demands: VMS, quotas: [], ...answers });
  return problems.map((problem) => `${problem.severity}: ${sentences([problem])[0]}`);
}

test('what a target admits and has room for is not spoken of', () => {
  expect(said({ quotas: [quota({ 'requests.cpu': 4, 'requests.storage': 3 * GIB })] })).toEqual([]);
});

test('a Pod that is refused is an error once, at the setting that helps, with the VMs that need it', () => {
  const many = Array.from({ length: 12 }, (_, index) => `web${index}`);
  const refusals: TargetAnswers['refusals'] = [
    { tried: 'conversion', kind: 'PodRefused', why: 'the cluster would not admit it', vms: many },
    { tried: 'importer', kind: 'QuotaExceeded', why: 'must specify limits.cpu', vms: ['web01'] },
    { tried: 'binder', kind: 'NoNodeFits', why: 'no node', vms: ['web01', 'db01'] },
    { tried: 'claim', kind: 'ClaimRefused', why: 'too large', vms: ['web01'] },
  ];
  expect(said({ refusals })).toEqual([
    'error: Plan/mtv/wave-1: spec.drover.podResources.conversion: VMs "web0", "web1", "web2", "web3", "web4", "web5", "web6", "web7", "web8", "web9" and 2 more: the cluster would not admit it; let namespace migrated admit it, or give it other podResources (docs/operations.md, Rules for Pods)',
    'error: Plan/mtv/wave-1: spec.targetNamespace: VM "web01": must specify limits.cpu; let namespace migrated admit it, or change podResourceRequirements of CDI\'s configuration',
    'error: Plan/mtv/wave-1: spec.drover.podResources.binder: VMs "web01", "db01": no node; give the target such a node, or change podResources, conversionKvm, targetNodeSelector or the nodeAffinity in targetAffinity',
    'error: StorageMap/mtv/stores: spec.map: VM "web01": too large; let namespace migrated admit it, or map the disk to another storage class',
  ]);
});

test('a VM that alone is too much for what is left is an error', () => {
  const demands = [...VMS, { vm: 'big', demand: demand(9, GIB) }];
  expect(said({ demands, quotas: [quota({ 'requests.cpu': 8 })] })).toEqual([
    'error: Plan/mtv/wave-1: spec.targetNamespace: quota small leaves 8 of 8 requests.cpu, and VM "big" adds 9; raise the quota, or ask for less',
  ]);
  expect(said({ quotas: [quota({ 'requests.cpu': 8 }, { 'requests.cpu': 7 })] })).toEqual([
    'error: Plan/mtv/wave-1: spec.targetNamespace: quota small leaves 1 of 8 requests.cpu, and VMs "web01", "db01", "db02" each add too much, up to 2; raise the quota, or ask for less',
  ]);
});

test('too many at once are a warning that says how many fit', () => {
  expect(said({ quotas: [quota({ 'requests.cpu': 3 })] })).toEqual([
    'warning: Plan/mtv/wave-1: spec.drover.maxConcurrentVms: quota small leaves 3 of 3 requests.cpu, and the plan needs up to 4 with 2 VMs at once: 1 at once would fit; raise the quota, or set spec.drover.maxConcurrentVms to 1',
  ]);
});

test('storage of all VMs stays: more than a quota ever has is an error, more than it has left a warning', () => {
  const perClass = 'gold.storageclass.storage.k8s.io/requests.storage';
  expect(said({ quotas: [quota({ [perClass]: 2 * GIB })] })).toEqual([
    `error: Plan/mtv/wave-1: spec.targetNamespace: quota small allows 2048Mi ${perClass} in all, and the 3 VMs keep 3072Mi; raise the quota, or split the plan over several namespaces`,
  ]);
  expect(said({ quotas: [quota({ 'requests.storage': 4 * GIB }, { 'requests.storage': 2 * GIB })] })).toEqual(
    [
      'warning: Plan/mtv/wave-1: spec.targetNamespace: quota small leaves 2048Mi of 4096Mi requests.storage, and the 3 VMs need 3072Mi: 2 of them would fit; raise the quota, or leave the others to a later plan',
    ],
  );
});

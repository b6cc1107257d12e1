import { frozenVmSchema, type FrozenVm } from '../../plan/frozen';
import { formatPath, type FieldPath } from '../../plan/field-path';
import { describeIssue } from '../../plan/schema-problems';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../support/frozen-vm';

/** A sound VM in which one field is another. */
function changed(path: FieldPath, value: unknown): unknown {
  const vm: unknown = JSON.parse(JSON.stringify(frozenVm({ methods: [BY_PLUGIN, BY_IMPORT] })));
  const [last, ...before] = [...path].reverse();
  const parent = before
    .reverse()
    .reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], vm);
  (parent as Record<string | number, unknown>)[last!] = value;
  return vm;
}

function problemsOf(vm: unknown): string[] {
  const issues = frozenVmSchema.safeParse(vm).error?.issues ?? [];
  return issues.map((issue) => {
    const { found, remedy } = describeIssue(issue, vm);
    return `${formatPath(issue.path as FieldPath)} ${found}; ${remedy}`;
  });
}

test('a VM as the planner freezes it is sound, and stays as it is', () => {
  const vm: FrozenVm = frozenVm({ methods: [BY_PLUGIN, BY_IMPORT] });
  expect(frozenVmSchema.parse(vm)).toEqual(vm);
});

const LABEL =
  'give at most 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit';
const NO_SDK = 'source.url this is no address of a vsphere provider; give https://<vCenter>/sdk';

test.each<[FieldPath, unknown, string]>([
  [['namespace'], '../../namespaces/kube-system', `namespace is "../../namespaces/kube-system"; ${LABEL}`],
  [['targetName'], 'a?b=1', `targetName is "a?b=1"; ${LABEL}`],
  [['baseName'], 'x'.repeat(41), `baseName is "${'x'.repeat(41)}"; give at most 40 characters`],
  [['disks', 0, 'volumeName'], 'a/b', `disks[0].volumeName is "a/b"; ${LABEL}`],
  [['plan', 'namespace'], 'A', `plan.namespace is "A"; ${LABEL}`],
  [['source', 'url'], 'http://vc.example.com/sdk', NO_SDK],
  [['source', 'url'], 'https://vc.example.com/sdk#a', NO_SDK],
  [['source', 'url'], `https://vc.example.com/${'s'.repeat(2000)}`, NO_SDK],
  [
    ['target', 'url'],
    'https://root:hunter2@api.example.com',
    "target.url the address holds a login, which would be kept in the history of the migration; remove it, and put the login into the Provider's Secret",
  ],
  [
    ['source', 'vddkImage'],
    '--privileged',
    'source.vddkImage is "--privileged"; give the reference of an image, as registry.example.com/vendor/offload:1.4',
  ],
  [['source', 'secret'], null, 'source.secret is null; give a group of fields'],
  [['disks'], [], 'disks is an empty list; give at least 1 entry'],
  [['disks', 1, 'key'], 2000, 'disks[1].key is 2000; give each disk one of its own'],
  [
    ['disks', 1, 'method'],
    { kind: 'smuggle' },
    'disks[1].method.kind is "smuggle"; give one of: import, plugin',
  ],
  [
    ['disks', 0, 'method', 'vars'],
    { HOST: 'x' },
    'disks[0].method.vars the variable HOST is reserved; rename it: Drover itself tells every plugin this one',
  ],
  [
    ['disks', 0, 'capacityBytes'],
    2 ** 50,
    'disks[0].capacityBytes is 1125899906842624; give at most 68169720922112',
  ],
  [
    ['labels'],
    { 'drover.dev/vm': 'x' },
    'labels["drover.dev/vm"] the label drover.dev/vm is reserved; use another label: Drover knows its own objects by it',
  ],
  [
    ['policy', 'parkDeadlineSeconds'],
    999_999_999 * 86_400,
    'policy.parkDeadlineSeconds is 86399999913600; give at most 31536000',
  ],
  [
    ['policy', 'copyDeadlineSeconds'],
    30 * 86_400,
    'policy.copyDeadlineSeconds is 2592000; give at most 1728000',
  ],
  [
    ['policy', 'verify'],
    { by: 'port', port: 0, timeoutSeconds: 1 },
    'policy.verify.port is 0; give at least 1',
  ],
  [['policy', 'maxConcurrentDisks'], 0, 'policy.maxConcurrentDisks is 0; give at least 1'],
  [['hardware', 'memoryMiB'], 1.5, 'hardware.memoryMiB is 1.5; give a whole number'],
  [
    ['vcenterUuid'],
    'x/../y',
    'vcenterUuid is "x/../y"; give at most 63 letters, digits, dashes, dots and underscores, beginning and ending with a letter or digit',
  ],
  [['vm', 'name'], 'n'.repeat(256), `vm.name is "${'n'.repeat(59)}…; give at most 255 characters`],
])('a VM that another program made up is refused for its %j of %j', (path, value, problem) => {
  expect(problemsOf(changed(path, value))).toContain(problem);
});

describe('shared disks', () => {
  const sharer = { moref: 'vm-7001', name: 'db02' };
  const owner = { moref: 'vm-7002', name: 'db01' };
  const attached = (change: object = {}) => ({
    ...{ key: 2011, index: 11, bus: 'scsi' as const, serial: null, capacityBytes: 2 ** 20 },
    ...{ basePath: '[san] db01/q.vmdk', currentPath: '[san] db01/q.vmdk', datastore: 'san' },
    ...{ storageClass: 'san-block', volumeName: 'db01-disk-1', owner, sharedWith: [owner, sharer] },
    ...change,
  });

  test('a VM that copies one for others, and a VM that attaches one, are sound and stay as they are', () => {
    const vm = frozenVm();
    vm.disks[0]!.sharedWith = [sharer];
    expect(frozenVmSchema.parse(vm)).toEqual(vm);
    const attaches: FrozenVm = { ...frozenVm(), attached: [attached()] };
    expect(frozenVmSchema.parse(attaches)).toEqual(attaches);
  });

  test.each<[string, object, string]>([
    ['the key of another disk', { key: 2000 }, 'attached[0].key is 2000; give each disk one of its own'],
    ['the index of another disk', { index: 0 }, 'attached[0].index is 0; give each disk one of its own'],
    [
      'an owner that has not the disk',
      { sharedWith: [sharer] },
      'attached[0].owner.moref is "vm-7002"; give one of the VMs in sharedWith',
    ],
    [
      'a sharer twice',
      { sharedWith: [owner, owner] },
      'attached[0].sharedWith[1].moref is "vm-7002"; name each VM once',
    ],
    ['no sharer', { sharedWith: [] }, 'attached[0].sharedWith is an empty list; give at least 1 entry'],
  ])('an attached disk with %s is refused', (_, change, problem) => {
    expect(problemsOf({ ...frozenVm(), attached: [attached(change)] })).toContain(problem);
  });

  test('a VM that shares a disk with itself is refused', () => {
    const vm = frozenVm();
    vm.disks[0]!.sharedWith = [{ moref: vm.vm.moref, name: vm.vm.name }];
    expect(problemsOf(vm).join()).toContain('name other VMs only');
  });
});

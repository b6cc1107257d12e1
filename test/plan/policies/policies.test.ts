/** Every policy has a file, a place in the manual, a VM that triggers it, and one that does not. */
import { readFileSync } from 'node:fs';
import { packagePath } from '../../../lab/package-path';
import { READ_CONCERNS } from '../../../plan/read-concerns';
import { disk, nic, sanDisk } from '../example';
import {
  AS_LUN,
  BACKEND,
  BY_NETWORK,
  CASES,
  guest,
  type PolicyCase,
  reported,
  resolveCase,
  SMALL,
} from './cases';
import { policyFiles } from './policy-files';

const files = policyFiles();
const manual = readFileSync(packagePath('docs', 'policies.md'), 'utf8');
const foundOf = (one: PolicyCase) => resolveCase(one).problems.flatMap(({ policy }) => policy ?? []);

test.each(files)('$id finds something of the VM that triggers it', ({ id }) => {
  expect(foundOf(CASES[id] ?? { vm: {} })).toContain(id);
});

test('no policy finds anything of an ordinary VM', () => {
  expect(foundOf({ vm: {} })).toEqual([]);
});

test.each(files)('$id is in the manual', ({ id }) => {
  expect(manual).toContain(`| \`${id}\` |`);
});

test('the manual says of each rule of the validation of Forklift which policy answers it', () => {
  const [, section = ''] = /## Rules of Forklift's validation\n([^]*)/.exec(manual) ?? [];
  const rows = [...section.matchAll(/^\| (`[^|]+) \| ([^|]+) \|$/gm)];
  const rules = rows.flatMap(([, names = '']) => names.split(', '));
  const answers = rows.flatMap(([, , text = '']) => [...text.matchAll(/`([^`]+)`/g)].map(([, id]) => id));
  expect(new Set(rules).size).toBe(29);
  expect(answers.filter((id) => !files.some((file) => file.id === id))).toEqual([]);
});

test('all that is read of the hardware is judged', () => {
  const ids = files.map(({ id }) => id);
  expect(READ_CONCERNS.filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('only what is critical can be impossible', () => {
  const odd = files.filter(({ policy }) => policy.impossible && policy.severity !== 'critical');
  expect(odd).toEqual([]);
});

describe('at its edge', () => {
  const notConverted = { skipGuestConversion: true };
  const off = { power: { state: 'poweredOff', bootTime: null, lastPowerOn: null } } as const;
  const guestOf = (path: string, freeBytes: number) => ({ vm: { guest: reported({ path, freeBytes }) } });

  test.each<[string, string, PolicyCase]>([
    ['free-space', 'what virt-v2v needs is free', guestOf('/boot', 50_000_000)],
    ['free-space', 'a CD is full', guestOf('/media/cdrom', 0)],
    ['free-space', 'the guest is not converted', { ...guestOf('/', 0), plan: notConverted }],
    [
      'hostname-empty',
      'the VM is off',
      {
        vm: {
          ...off,
          tools: { running: false, status: 'toolsNotRunning' },
          guest: { hostName: null, volumes: [] },
        },
      },
    ],
    [
      'guest-unknown',
      'a guest that can not be converted starts as it is',
      {
        vm: { guestId: 'freebsd14_64Guest' },
        plan: { drover: { onUnconvertible: 'startUnconverted' } },
      },
    ],
    ['windows-legacy', 'it is newer', { vm: { guestId: 'windows2019srv_64Guest' } }],
    ['fast-startup', 'it is a server', { vm: { guestId: 'windows8Server64Guest' } }],
    [
      'network-unproven',
      'a card has an address of which nobody says who gave it',
      { vm: { nics: [nic({ ...BACKEND, guest: guest() })] }, plan: BY_NETWORK },
    ],
    [
      'network-unproven',
      'the target stays off',
      { vm: {}, plan: { ...BY_NETWORK, targetPowerState: 'off' } },
    ],
    ['network-unproven', 'the VM is off, and its target, too', { vm: off, plan: BY_NETWORK }],
    ['card-unproven', 'no card can be proven', { vm: {}, plan: BY_NETWORK }],
    [
      'network-not-kept',
      'the conversion keeps them',
      { vm: { nics: [nic({ ...BACKEND, guest: guest() })] }, plan: BY_NETWORK },
    ],
    ['rdm-as-lun', 'the plan does not ask for LUNs', { ...AS_LUN, plan: {} }],
    [
      'rdm-as-lun',
      'the VM has its own word',
      { ...AS_LUN, plan: { vms: [{ name: 'web01', rdmAsLun: false }] } },
    ],
    ['rdm-as-lun', 'the disk is refused', { vm: AS_LUN.vm, plan: AS_LUN.plan }],
    ['rdm-as-lun', 'no disk is a raw device mapping', { ...AS_LUN, vm: {} }],
    ['rdm', 'its plugin copies it', AS_LUN],
    ['lun-volume-mode', 'the class offers block devices', AS_LUN],
    ['lun-boot', 'another disk comes first', AS_LUN],
    [
      'lun-boot',
      'the plan names another disk',
      {
        ...AS_LUN,
        vm: { disks: [disk({ unitNumber: 2 }), sanDisk({ rdm: 'virtualMode' })] },
        plan: { vms: [{ name: 'web01', rootDisk: '/dev/sdb' }], rdmAsLun: true },
      },
    ],
    [
      'lun-boot',
      'the VM boots from another disk',
      {
        ...AS_LUN,
        vm: {
          disks: [disk({ unitNumber: 2 }), sanDisk({ rdm: 'virtualMode' })],
          boot: [{ kind: 'disk', key: 2000 }],
        },
      },
    ],
    ['deep-snapshots', 'three are not too many', { vm: { snapshotDepth: 3 } }],
    [
      'name-changed',
      'the plan gives the name',
      {
        vm: { name: 'Web_01' },
        plan: { vms: [{ id: 'vm-42', targetName: 'web' }] },
      },
    ],
    [
      'power-privileges',
      'the VM is off',
      { vm: off, surroundings: { lacking: new Map([['vm-42', ['VirtualMachine.Interact.PowerOff']]]) } },
    ],
    [
      'disk-privileges',
      'a plugin copies the disk',
      {
        vm: { disks: [sanDisk()] },
        surroundings: { lacking: new Map([['vm-42', ['VirtualMachine.Provisioning.DiskRandomRead']]]) },
      },
    ],
    [
      'disk-privileges',
      'nothing is encrypted',
      { vm: {}, surroundings: { lacking: new Map([['vm-42', ['Cryptographer.Access']]]) } },
    ],
    [
      'smaller-instance-type',
      'it is as large as the source',
      {
        vm: { cpu: { count: 2, coresPerSocket: 1 } },
        plan: { vms: [{ name: 'web01', instanceType: SMALL.name }] },
      },
    ],
    [
      'no-preference',
      'the plan has one for its guest id',
      { vm: {}, plan: { drover: { preferences: { debian12_64Guest: 'debian' } } } },
    ],
    ['clock-skew', 'a minute is not much', { vm: {}, surroundings: { skewSeconds: 60 } }],
    ['clock-skew', 'vCenter did not say', { vm: {}, surroundings: { skewSeconds: null } }],
    [
      'placement-rules',
      'the rule is about others',
      {
        vm: {},
        surroundings: { rules: [{ cluster: 'prod', name: 'apart', vms: ['vm-77'] }] },
      },
    ],
  ])('%s finds nothing where %s', (id, _, one) => {
    expect(foundOf(one)).not.toContain(id);
  });

  test.each([
    ['/', 99_999_999],
    ['C:\\', 99_999_999],
    ['/var', 9_999_999],
  ])('free-space finds %s with %i bytes', (path, freeBytes) => {
    expect(foundOf(guestOf(path, freeBytes))).toContain('free-space');
  });
});

/** Hosts of a plan: which ESXi hosts importers read at, what is frozen of them, and what is wrong with them. */
import { frozenVmSchema } from '../../../plan/frozen';
import { importHostUrl, viaHost } from '../../../plan/import-host';
import type { HostAccess } from '../../../plan/inventory';
import { MOST_HOSTS } from '../../../plan/field-limits';
import { formatJudged } from '../../../plan/problem';
import { resolvePlan } from '../../../plan/resolve';
import { validateManifests } from '../../../plan/validate-manifests';
import { documents, inventory, sanDisk, sentences, sourceVm, targetInventory, vcenter } from '../example';

const ESX1 = { id: 'host-1', ipAddress: '192.0.2.11' };
const HOSTS = ['host-1', 'host-2'].map((moref, place) => ({
  moref,
  name: `esx${place + 1}`,
  connection: 'connected',
  inMaintenance: false,
}));

function host(name: string, spec: object = ESX1): Record<string, unknown> {
  const refs = { provider: { name: 'vcenter' }, secret: { name: `${name}-login` } };
  return {
    apiVersion: 'forklift.konveyor.io/v1beta1',
    kind: 'Host',
    metadata: { name, namespace: 'mtv' },
    spec: { ...refs, ...spec },
  };
}

function validate(hosts: object[], others: object[] = documents({ plan: { vms: [{ name: 'web01' }] } })) {
  return validateManifests([...others, ...hosts]);
}

interface Seen {
  access?: Record<string, HostAccess>;
  vm?: Parameters<typeof sourceVm>[0];
}

function resolve(hosts: object[], { access, vm = {} }: Seen = {}) {
  const { problems, set } = validate(hosts);
  expect(sentences(problems)).toEqual([]);
  const surroundings = { hosts: HOSTS, ...(access && { hostAccess: new Map(Object.entries(access)) }) };
  const source = inventory({
    vms: [sourceVm({ host: { moref: 'host-1', name: 'esx1' }, ...vm })],
    surroundings,
  });
  const resolved = resolvePlan(set!, source, targetInventory());
  const ofHosts = resolved.problems.filter(({ location }) => location.manifest?.startsWith('Host/'));
  return { vms: resolved.vms, said: ofHosts.map(formatJudged) };
}

test.each([
  ['192.0.2.11', 'https://192.0.2.11/sdk'],
  ['2001:db8::11', 'https://[2001:db8::11]/sdk'],
  ['esx1.example.com', 'https://esx1.example.com/sdk'],
  ['esx1.example.com:8443', 'https://esx1.example.com:8443/sdk'],
  ['https://esx1.example.com', null],
  ['esx1.example.com/evil', null],
  ['esx1.example.com/sdk?', null],
  ['root:secret@esx1.example.com', null],
  ['3221225995', null],
  ['fe80::1%eth0', null],
  ['esx1 .example.com', null],
  ['', null],
])('the address "%s" means %j', (address, url) => {
  expect(importHostUrl(address)).toBe(url);
});

test('an address that is none is refused, and not repeated', () => {
  const { problems } = validate([host('esx1', { ...ESX1, ipAddress: 'root:secret@192.0.2.11' })]);
  expect(sentences(problems)).toEqual([
    'Host/mtv/esx1: spec.ipAddress: this is no address of a host; give an IP address or a DNS name, as 192.0.2.11',
  ]);
});

test.each<[string, object, string]>([
  ['names no ESXi host', { ipAddress: '192.0.2.11' }, 'spec: names nothing; give id or name'],
  [
    'has no address',
    { id: 'host-1' },
    'spec.ipAddress: is missing; give a text (in quotes if it looks like a number or a truth value)',
  ],
  [
    'is of a cluster',
    { ...ESX1, provider: { name: 'host' } },
    'spec.provider.name: Provider/mtv/host is of type openshift; name the Provider of the vCenter that manages the host',
  ],
  [
    'is of a Provider that is not there',
    { ...ESX1, provider: { name: 'vcentre' } },
    'spec.provider.name: Provider/mtv/vcentre is not among the manifests; did you mean "Provider/mtv/vcenter"?',
  ],
  ['has a field of another kind', { ...ESX1, url: 'x' }, 'spec.url: spec has no field "url"'],
])('a Host that %s is refused', (_, spec, sentence) => {
  const { problems, set } = validate([host('esx1', spec)]);
  expect(sentences(problems)).toEqual([expect.stringContaining(`Host/mtv/esx1: ${sentence}`)]);
  expect(set).toBeNull();
});

test('a Host beside a single ESXi host is refused', () => {
  const esxi = documents({ vcenter: { settings: { sdkEndpoint: 'esxi' } } });
  expect(sentences(validate([host('esx1')], esxi).problems)).toEqual([
    'Host/mtv/esx1: spec.provider.name: Provider/mtv/vcenter is a single ESXi host: its disks are read at its own address already; name the Provider of the vCenter that manages the host, or remove the Host',
  ]);
});

test('a Host of another vCenter says nothing of the plan', () => {
  const other = {
    ...vcenter({ url: 'https://other.example.com/sdk' }),
    metadata: { name: 'other', namespace: 'mtv' },
  };
  const { problems, set } = validate([other, host('esx1', { ...ESX1, provider: { name: 'other' } })]);
  expect(sentences(problems)).toEqual([]);
  expect(set?.hosts).toEqual([]);
});

test('each VM with an import has every Host, with names of Secrets alone', () => {
  const { vms } = resolve([host('esx1'), host('esx2', { name: 'esx2', ipAddress: 'esx2.example.com' })]);
  expect(vms[0]?.source.hosts).toEqual([
    { moref: 'host-1', url: 'https://192.0.2.11/sdk', secret: { namespace: 'mtv', name: 'esx1-login' } },
    {
      moref: 'host-2',
      url: 'https://esx2.example.com/sdk',
      secret: { namespace: 'mtv', name: 'esx2-login' },
    },
  ]);
  expect(frozenVmSchema.safeParse(vms[0]).success).toBe(true);
});

test('a VM whose disks plugins copy has none, and its Host is not spoken of', () => {
  const { vms, said } = resolve([host('esx1')], { vm: { disks: [sanDisk()] } });
  expect(vms[0]?.source).not.toHaveProperty('hosts');
  expect(said).toEqual([]);
});

test('without a Host a VM is frozen as before', () => {
  expect(resolve([]).vms[0]?.source).not.toHaveProperty('hosts');
});

test("a host that an importer reads at has its own login and nothing of the vCenter's", () => {
  const { source } = resolve([host('esx1')]).vms[0]!;
  const via = viaHost(source, source.hosts![0]!);
  expect(via).toEqual({
    provider: source.provider,
    url: 'https://192.0.2.11/sdk',
    secret: { namespace: 'mtv', name: 'esx1-login' },
    vddkImage: source.vddkImage,
    sdkEndpoint: 'esxi',
  });
});

test('the check says which VMs are read where', () => {
  expect(resolve([host('esx1')]).said).toEqual([
    'information: Host/mtv/esx1: spec.ipAddress: VM "web01": importers read the disks at https://192.0.2.11/sdk (ESXi host esx1), and not at the vCenter; nothing is to be done',
  ]);
});

test.each<[string, object[], string]>([
  [
    'of an ESXi host that the vCenter does not know',
    [host('esx1', { ...ESX1, id: 'host-99' })],
    'error: Host/mtv/esx1: spec.id: no ESXi host has the id "host-99"; did you mean',
  ],
  [
    'by a name that is not there',
    [host('esx1', { name: 'mainframe', ipAddress: '192.0.2.11' })],
    'error: Host/mtv/esx1: spec.name: no ESXi host is named "mainframe"; give one of: host-1 (esx1), host-2 (esx2); or remove the Host',
  ],
  [
    'that means the host of another one',
    [host('esx1'), host('again', { name: 'esx1', ipAddress: '192.0.2.12' })],
    'error: Host/mtv/again: spec: means ESXi host esx1 (host-1), as Host mtv/esx1 does, too; remove one of the two',
  ],
  [
    'that has the address of another one',
    [host('esx1'), host('esx2', { id: 'host-2', ipAddress: '192.0.2.11:443' })],
    'error: Host/mtv/esx2: spec.ipAddress: is the address of Host mtv/esx1, too; give each ESXi host its own address',
  ],
  [
    "that has the vCenter's address",
    [host('esx1', { ...ESX1, ipAddress: 'vc.example.com' })],
    'error: Host/mtv/esx1: spec.ipAddress: is the address of the vCenter; give each ESXi host its own address',
  ],
])('a Host %s refuses the plan', (_, hosts, sentence) => {
  const { vms, said } = resolve(hosts);
  expect(said).toContainEqual(expect.stringContaining(sentence));
  expect(vms).toEqual([]);
});

test('of more Hosts than a frozen VM may have, the plan is refused', () => {
  const many = Array.from({ length: MOST_HOSTS + 1 }, (_, place) => ({
    moref: `host-${place}`,
    name: `esx${place}`,
    connection: 'connected',
    inMaintenance: false,
  }));
  const hosts = many.map(({ moref }, place) => host(moref, { id: moref, ipAddress: `192.0.2.${place}` }));
  const { set } = validate(hosts);
  const { problems, vms } = resolvePlan(
    set!,
    inventory({ surroundings: { hosts: many } }),
    targetInventory(),
  );
  expect(vms).toEqual([]);
  expect(sentences(problems)).toContain(
    `Host/mtv/host-${MOST_HOSTS}: there are more than ${MOST_HOSTS} Hosts of this vCenter; remove Hosts of ESXi hosts that the plan's VMs are not on`,
  );
});

const REFUSED = { fault: 'vCenter refused the login' };

test('a Host that nobody gets in at refuses the plan of a VM on its ESXi host', () => {
  const { vms, said } = resolve([host('esx1')], { access: { 'host-1': REFUSED } });
  expect(said).toEqual([
    expect.stringMatching(
      /^error: Host\/mtv\/esx1: spec: .*refused the login; it serves the disks of VM "web01"/,
    ),
  ]);
  expect(vms).toEqual([]);
});

test('a Host that nobody gets in at, and that no VM of the plan is on, is left out with a warning', () => {
  const { vms, said } = resolve([host('esx1'), host('esx2', { id: 'host-2', ipAddress: '192.0.2.12' })], {
    access: { 'host-2': REFUSED },
  });
  expect(said).toContainEqual(
    expect.stringMatching(
      /^warning: Host\/mtv\/esx2: spec: .*VMs that move to esx2 are imported through the vCenter/,
    ),
  );
  expect(vms[0]?.source.hosts?.map(({ moref }) => moref)).toEqual(['host-1']);
});

const { instanceUuid } = sourceVm();

test.each<[string, HostAccess, string]>([
  [
    'does not see the VM',
    { fault: null, vms: new Set(), unreadable: new Set() },
    'the login at https://192.0.2.11/sdk sees no VM "web01", which vCenter has on esx1',
  ],
  [
    'may not read its disks',
    { fault: null, vms: new Set([instanceUuid]), unreadable: new Set([instanceUuid]) },
    'the host\'s login may not read disks of VM "web01" (VirtualMachine.Provisioning.DiskRandomRead)',
  ],
])('a login of a host that %s refuses the plan', (_, access, sentence) => {
  const { vms, said } = resolve([host('esx1')], { access: { 'host-1': access } });
  expect(said.filter((text) => text.startsWith('error'))).toEqual([expect.stringContaining(sentence)]);
  expect(vms).toEqual([]);
});

test.each(['moref', 'url'] as const)('a frozen VM with two hosts of one %s is refused', (field) => {
  const vm = resolve([host('esx1'), host('esx2', { id: 'host-2', ipAddress: '192.0.2.12' })]).vms[0]!;
  const [first, second] = vm.source.hosts!;
  const hosts = [first!, { ...second!, [field]: first![field] }];
  expect(frozenVmSchema.safeParse({ ...vm, source: { ...vm.source, hosts } }).success).toBe(false);
});

test.each(['http://192.0.2.11/sdk', 'https://192.0.2.11/', 'https://a@192.0.2.11/sdk'])(
  'a frozen VM with a host at %s is refused',
  (url) => {
    const vm = resolve([host('esx1')]).vms[0]!;
    const hosts = [{ ...vm.source.hosts![0]!, url }];
    expect(frozenVmSchema.safeParse({ ...vm, source: { ...vm.source, hosts } }).success).toBe(false);
  },
);

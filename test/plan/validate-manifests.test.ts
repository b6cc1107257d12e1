import { FAILURES } from '../../plan/failures';
import { validateManifests } from '../../plan/validate-manifests';
import { type LinePattern, readLinePattern } from '../../plan/line-pattern';
import { CONSOLE_UP } from '../../plan/manifests/drover-settings';
import { RESERVED_PLUGIN_VARS } from '../../plan/plugin-contract';
import {
  documents,
  host,
  networkMap,
  PAIR,
  plan,
  sentences,
  storageMap,
  vcenter,
  type Parts,
} from './example';

function problemsOf(parts: Parts): string[] {
  return sentences(validateManifests(documents(parts)).problems);
}

const API = 'forklift.konveyor.io/v1beta1';

const NOTHING = { requests: {}, limits: {} };

test('a sound set is read, with every default filled in', () => {
  const { problems, set } = validateManifests(documents());
  expect(problems).toEqual([]);
  expect(set?.source.metadata.name).toBe('vcenter');
  expect(set?.target.metadata.name).toBe('host');
  expect(set?.storageMap.metadata.name).toBe('stores');
  expect(set?.networkMap.metadata.name).toBe('nets');
  expect(set?.plan.spec.drover).toEqual({
    maxConcurrentVms: 10,
    wave: { groups: [], priorities: [], startWindows: [], cutoverWindows: [] },
    acknowledge: [],
    maxConcurrentDisks: 4,
    shutdownTimeout: 300,
    onShutdownTimeout: 'park',
    copyAttempts: 3,
    importRestarts: 3,
    copyDeadline: 86400,
    copyStartDeadline: 300,
    stallWarning: 600,
    stallDeadline: 'never',
    convertDeadline: 7200,
    convertStartDeadline: 300,
    bindDeadline: 600,
    startDeadline: 600,
    convertAttempts: 3,
    hookAttempts: 3,
    onUncheckedImage: 'refuse',
    registryCa: '',
    onUnconvertible: 'park',
    onFailure: {},
    verify: { by: 'none', pattern: CONSOLE_UP, port: 22, timeout: 600 },
    parkDeadline: 604800,
    finalizeAfter: 'never',
    conversionImage: 'drover/conversion:0.1.0',
    conversionKvm: true,
    preferences: {},
    podResources: { binder: NOTHING, probe: NOTHING, plugin: NOTHING, conversion: NOTHING, hook: NOTHING },
  });
});

test('the ways in which a guest may prove itself are read, and what is none of them is refused', () => {
  const verify = (value: object) => validateManifests(documents({ plan: { drover: { verify: value } } }));
  expect(verify({ by: 'port', port: 3389, timeout: '90s' }).set?.plan.spec.drover.verify).toMatchObject({
    by: 'port',
    port: 3389,
    timeout: 90,
  });
  expect(sentences(verify({ by: 'ping', port: 0, pattern: '(' }).problems)).toEqual([
    expect.stringContaining('spec.drover.verify.by'),
    expect.stringContaining('give a regular expression'),
    expect.stringContaining('spec.drover.verify.port'),
  ]);
});

test('every failure kind may have its policy, and one that is none is refused with what was meant', () => {
  const onFailure = (value: object) =>
    validateManifests(documents({ plan: { drover: { onFailure: value } } }));
  for (const reaction of ['park', 'abort', 'skip']) {
    const all = Object.fromEntries(Object.keys(FAILURES).map((kind) => [kind, reaction]));
    expect(onFailure(all).set?.plan.spec.drover.onFailure).toEqual(all);
  }
  expect(sentences(onFailure({ CopyStaled: 'abort', CopyFailed: 'give up' }).problems)).toEqual([
    expect.stringContaining('did you mean "CopyStalled"'),
    expect.stringContaining('spec.drover.onFailure.CopyFailed'),
  ]);
});

test("the scratch volume's size is read in every unit; an empty one is the default", () => {
  const size = (text: string) => validateManifests(documents({ plan: { conversionTempStorageSize: text } }));
  expect(size('').set?.plan.spec.conversionTempStorageSize).toBe(4 * 2 ** 30);
  expect(size('512Mi').set?.plan.spec.conversionTempStorageSize).toBe(2 ** 29);
  expect(sentences(size('4G').problems)).toEqual([
    expect.stringContaining('give a whole number and a unit, as 512Mi, 4Gi or 1Ti'),
  ]);
});

test.each([
  ['Debian GNU/Linux 12 web ttyS0', true],
  ['Debian GNU/Linux 12 tiny /dev/ttyS0', true],
  ['Kernel 5.14.0-503.el9.x86_64 on an x86_64', true],
  ['Welcome to SUSE Linux Enterprise Server 15 SP5 (x86_64) - Kernel 5.14.21 (ttyS0).', true],
  ['web login: ', true],
  ['[  OK  ] Found device dev-ttyS0.device - /dev/ttyS0.', false],
  ['[  OK  ] Started serial-getty@ttyS0.service - Serial Getty on ttyS0.', false],
  ['[    0.1] printk: console [ttyS0] enabled', false],
  ['Kernel command line: root=UUID=1 ro console=ttyS0', false],
])('the default pattern tells a greeting from what else is on a console: %s', (line, isUp) => {
  expect(readLinePattern(CONSOLE_UP)).toMatchObject({ matches: expect.any(Function) as unknown });
  expect((readLinePattern(CONSOLE_UP) as LinePattern).matches(line)).toBe(isUp);
});

test('durations are read in every unit', () => {
  const drover = { shutdownTimeout: '90s', bindDeadline: '5m', copyDeadline: '2h', parkDeadline: '7d' };
  expect(validateManifests(documents({ plan: { drover } })).set?.plan.spec.drover).toMatchObject({
    shutdownTimeout: 90,
    bindDeadline: 300,
    copyDeadline: 7200,
    parkDeadline: 604800,
  });
});

test('what the server adds is ignored, as kubectl prints it', () => {
  const added = {
    uid: 'u',
    resourceVersion: '1',
    generation: 3,
    creationTimestamp: '2026-01-01T00:00:00Z',
    selfLink: '/x',
    managedFields: [{ manager: 'kubectl' }],
    ownerReferences: [{ uid: 'o' }],
    finalizers: ['f'],
    labels: { a: 'b' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  };
  const exported = documents().map((document) => ({
    ...document,
    metadata: { ...(document.metadata as object), ...added },
    status: { conditions: [{ type: 'Ready' }], phase: 'Ready' },
  }));
  const list = { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: exported };
  const { problems, set } = validateManifests([list]);
  expect(problems).toEqual([]);
  expect(set?.plan.metadata).toEqual({ name: 'wave-1', namespace: 'mtv' });
});

test('a field that is null is absent', () => {
  expect(problemsOf({ plan: { transferNetwork: null, targetLabels: null, warm: null } })).toEqual([]);
});

test('without a namespace a manifest is in default, and its references mean their own namespace', () => {
  const stripped = documents().map((document) => {
    const { name } = document.metadata as { name: string };
    return { ...document, metadata: { name } };
  });
  const { set } = validateManifests(stripped);
  expect(set?.plan.metadata.namespace).toBe('default');
});

test.each<[string, Parts, string]>([
  [
    'a misspelled field',
    { plan: { targetNamspace: 'x' } },
    'Plan/mtv/wave-1: spec.targetNamspace: spec has no field "targetNamspace"; did you mean "targetNamespace"?',
  ],
  [
    'a field like no other',
    { plan: { drover: { colour: 1 } } },
    'Plan/mtv/wave-1: spec.drover.colour: spec.drover has no field "colour"; remove it, or use one of: acknowledge, bindDeadline, conversionImage, conversionKvm, convertAttempts, convertDeadline, convertStartDeadline, copyAttempts, copyDeadline, copyStartDeadline, finalizeAfter, hookAttempts, importRestarts, maxConcurrentDisks, maxConcurrentVms, onFailure, onShutdownTimeout, onUncheckedImage, onUnconvertible, parkDeadline, podResources, preferences, registryCa, shutdownTimeout, stallDeadline, stallWarning, startDeadline, verify, wave',
  ],
  [
    'a misspelled field of a VM',
    { plan: { vms: [{ nmae: 'x', id: 'vm-42' }] } },
    'Plan/mtv/wave-1: spec.vms[0].nmae: spec.vms[0] has no field "nmae"; did you mean "name"?',
  ],
  [
    'warm',
    { plan: { warm: true } },
    'Plan/mtv/wave-1: spec.warm: this field is not honoured yet (true); set it to false: a cold migration is the only one that Drover knows yet',
  ],
  [
    'another type',
    { plan: { type: 'live' } },
    'Plan/mtv/wave-1: spec.type: this field is not honoured yet ("live"); set it to cold: a cold migration is the only one that Drover knows yet',
  ],
  [
    'an archived plan',
    { plan: { archived: true } },
    'Plan/mtv/wave-1: spec.archived: this field is not honoured yet (true); set it to false: an archived plan is not run',
  ],
  [
    'a plan without VMs',
    { plan: { vms: [] } },
    'Plan/mtv/wave-1: spec.vms: is an empty list; give at least 1 entry',
  ],
  [
    'a VM without id or name',
    { plan: { vms: [{ targetName: 'x' }] } },
    'Plan/mtv/wave-1: spec.vms[0]: names nothing; give id or name',
  ],
  [
    'a target name that is none',
    { plan: { vms: [{ name: 'web01', targetName: 'Web_01' }] } },
    'Plan/mtv/wave-1: spec.vms[0].targetName: is "Web_01"; give at most 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit',
  ],
  [
    'a power state that is none',
    { plan: { targetPowerState: 'up' } },
    'Plan/mtv/wave-1: spec.targetPowerState: is "up"; give one of: on, off, auto',
  ],
  [
    'a wrong type',
    { plan: { skipGuestConversion: 'no' } },
    'Plan/mtv/wave-1: spec.skipGuestConversion: is a text; give true or false',
  ],
  [
    'half a VM',
    { plan: { drover: { maxConcurrentVms: 1.5 } } },
    'Plan/mtv/wave-1: spec.drover.maxConcurrentVms: is 1.5; give a whole number',
  ],
  [
    'too few at once',
    { plan: { drover: { maxConcurrentDisks: 0 } } },
    'Plan/mtv/wave-1: spec.drover.maxConcurrentDisks: is 0; give at least 1',
  ],
  [
    'too many at once',
    { plan: { drover: { maxConcurrentVms: 1001 } } },
    'Plan/mtv/wave-1: spec.drover.maxConcurrentVms: is 1001; give at most 1000',
  ],
  [
    'a duration without unit',
    { plan: { drover: { copyDeadline: '90' } } },
    'Plan/mtv/wave-1: spec.drover.copyDeadline: is "90"; give a whole number and a unit, as 90s, 5m, 2h or 7d',
  ],
  [
    'no time at all',
    { plan: { drover: { copyDeadline: '0s' } } },
    'Plan/mtv/wave-1: spec.drover.copyDeadline: is "0s"; give a whole number and a unit, as 90s, 5m, 2h or 7d',
  ],
  [
    'a target label that is too long',
    { plan: { targetLabels: { team: 'x'.repeat(64) } } },
    `Plan/mtv/wave-1: spec.targetLabels.team: is "${'x'.repeat(64)}", which is no value of a label; give at most 63 letters, digits, dashes, dots and underscores, beginning and ending with a letter or digit`,
  ],
  [
    'a namespace that is none',
    { plan: { targetNamespace: 'a.b' } },
    'Plan/mtv/wave-1: spec.targetNamespace: is "a.b"; give at most 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit',
  ],
  [
    'a label of ours',
    { plan: { targetLabels: { 'drover.dev/vm': 'x' } } },
    'Plan/mtv/wave-1: spec.targetLabels["drover.dev/vm"]: the label drover.dev/vm is reserved; use another label: Drover knows its own objects by it',
  ],
  [
    "a label of KubeVirt's",
    { plan: { targetLabels: { 'kubevirt.io/nodeName': 'n1' } } },
    'Plan/mtv/wave-1: spec.targetLabels["kubevirt.io/nodeName"]: the label kubevirt.io/nodeName is KubeVirt\'s own; remove it: KubeVirt refuses a VM that has it',
  ],
  [
    'a label that is none',
    { plan: { targetLabels: { 'a b': 'x' } } },
    'Plan/mtv/wave-1: spec.targetLabels["a b"]: this is no key of a label; give a key as example.com/team or team',
  ],
  [
    'a value that is none',
    { plan: { targetNodeSelector: { zone: 'a b' } } },
    'Plan/mtv/wave-1: spec.targetNodeSelector.zone: is "a b", which is no value of a label; give at most 63 letters, digits, dashes, dots and underscores, beginning and ending with a letter or digit',
  ],
  [
    'a number as a label',
    { plan: { targetLabels: { tier: 1 } } },
    'Plan/mtv/wave-1: spec.targetLabels.tier: is a number; give a text (in quotes if it looks like a number or a truth value)',
  ],
  [
    'a reference to nothing',
    { plan: { map: { storage: { name: 'stroes' }, network: { name: 'nets' } } } },
    'Plan/mtv/wave-1: spec.map.storage.name: StorageMap/mtv/stroes is not among the manifests; did you mean "StorageMap/mtv/stores"?',
  ],
  [
    'a reference into another namespace',
    { plan: { map: { storage: { name: 'stores' }, network: { name: 'other', namespace: 'elsewhere' } } } },
    'Plan/mtv/wave-1: spec.map.network.name: NetworkMap/elsewhere/other is not among the manifests; add it to the manifests',
  ],
  [
    'a source that is no vCenter',
    {
      plan: { provider: { source: { name: 'host' }, destination: { name: 'host' } } },
      storageMap: { provider: undefined },
      networkMap: { provider: undefined },
    },
    'Plan/mtv/wave-1: spec.provider.source.name: Provider/mtv/host is of type openshift; name a Provider of type vsphere',
  ],
  [
    'a target that is no cluster',
    {
      plan: { provider: { source: { name: 'vcenter' }, destination: { name: 'vcenter' } } },
      storageMap: { provider: undefined },
      networkMap: { provider: undefined },
    },
    'Plan/mtv/wave-1: spec.provider.destination.name: Provider/mtv/vcenter is of type vsphere; name a Provider of type openshift',
  ],
  [
    'a map for another source',
    { storageMap: { provider: { ...PAIR, source: { name: 'vcenter', namespace: 'b' } } } },
    'StorageMap/mtv/stores: spec.provider.source.name: the map is for Provider/b/vcenter, the plan for Provider/mtv/vcenter; use a map for the same Providers',
  ],
  [
    'another kind of provider',
    { vcenter: { type: 'ovirt' } },
    'Provider/mtv/vcenter: spec.type: is "ovirt"; give one of: vsphere, openshift',
  ],
  [
    'a vCenter without address',
    { vcenter: { url: '' } },
    'Provider/mtv/vcenter: spec.url: is missing; give https://<vCenter>/sdk',
  ],
  [
    'an address without encryption',
    { vcenter: { url: 'http://vc/sdk' } },
    'Provider/mtv/vcenter: spec.url: this is no address of a vsphere provider; give https://<vCenter>/sdk',
  ],
  [
    'an address of something else',
    { vcenter: { url: ' https://vc/sdk' } },
    'Provider/mtv/vcenter: spec.url: the address begins or ends with white space; give https://<vCenter>/sdk',
  ],
  [
    'an address with a newline behind it',
    { host: { url: 'https://api:6443\n', secret: { name: 'token' } } },
    'Provider/mtv/host: spec.url: the address begins or ends with white space; give https://<API server>:6443',
  ],
  [
    'another page of a vCenter',
    { vcenter: { url: 'https://vc/ui' } },
    'Provider/mtv/vcenter: spec.url: this is no address of a vsphere provider; give https://<vCenter>/sdk',
  ],
  [
    'a vCenter without login',
    { vcenter: { secret: {} } },
    'Provider/mtv/vcenter: spec.secret.name: is missing; name the Secret with user, password and ca.crt or thumbprint',
  ],
  [
    'a remote cluster without login',
    { host: { url: 'https://api.example.com:6443' } },
    'Provider/mtv/host: spec.secret.name: is missing; name the Secret with token and ca.crt',
  ],
  [
    'a setting that is not honoured',
    { vcenter: { settings: { prismType: 'esxi' } } },
    'Provider/mtv/vcenter: spec.settings.prismType: this field is not honoured yet ("esxi"); remove it: it belongs to a provider type that Drover does not migrate from',
  ],
  [
    'a card on nothing',
    { networkMap: { map: [{ source: { name: 'VM Network' }, destination: { type: 'multus' } }] } },
    'NetworkMap/mtv/nets: spec.map[0].destination.name: is missing; give the name of a NetworkAttachmentDefinition',
  ],
  [
    'a kind of network that is none',
    { networkMap: { map: [{ source: { name: 'VM Network' }, destination: { type: 'bridge' } }] } },
    'NetworkMap/mtv/nets: spec.map[0].destination.type: is "bridge"; give one of: pod, multus, ignored',
  ],
  [
    'a network entry without source',
    { networkMap: { map: [{ source: {}, destination: { type: 'pod' } }] } },
    'NetworkMap/mtv/nets: spec.map[0].source: names nothing; give id or name',
  ],
])('%s is refused in one sentence', (_, parts, sentence) => {
  expect(problemsOf(parts)).toEqual([sentence]);
});

const entry = (destination: object, more: object = {}) => ({
  storageMap: { map: [{ source: { name: 'ssd-1' }, destination, ...more }] },
});

test.each<[string, Parts, string]>([
  [
    "today's xcopy form",
    entry(
      { storageClass: 'c' },
      { offloadPlugin: { vsphereXcopyConfig: { secretRef: 's', storageVendorProduct: 'ontap' } } },
    ),
    "StorageMap/mtv/stores: spec.map[0].offloadPlugin.vsphereXcopyConfig: this field is not honoured yet; remove it, and name the vendor's image in destination.offloadPlugin.image",
  ],
  [
    "today's CSI form",
    entry({ storageClass: 'c' }, { offloadPlugin: { csiVolumeImport: { secretRef: 's' } } }),
    "StorageMap/mtv/stores: spec.map[0].offloadPlugin.csiVolumeImport: this field is not honoured yet; remove it, and name the vendor's image in destination.offloadPlugin.image",
  ],
  [
    'a plugin without image',
    entry({ storageClass: 'c', offloadPlugin: {} }),
    'StorageMap/mtv/stores: spec.map[0].destination.offloadPlugin.image: is missing; give a text (in quotes if it looks like a number or a truth value)',
  ],
  [
    'an image that is none',
    entry({ offloadPlugin: { image: 'https://registry.example.com/offload' } }),
    'StorageMap/mtv/stores: spec.map[0].destination.offloadPlugin.image: is "https://registry.example.com/offload"; give the reference of an image, as registry.example.com/vendor/offload:1.4',
  ],
  [
    'a pull secret in another namespace',
    entry({ offloadPlugin: { image: 'i', imagePullSecret: 'vendors/pull' } }),
    'StorageMap/mtv/stores: spec.map[0].destination.offloadPlugin.imagePullSecret: is "vendors/pull"; give at most 253 lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit',
  ],
  [
    'a variable that is none',
    entry({ offloadPlugin: { image: 'i', vars: { 'a-b': 'x' } } }),
    'StorageMap/mtv/stores: spec.map[0].destination.offloadPlugin.vars: "a-b" is no name of an environment variable; use letters, digits and underscores, not beginning with a digit',
  ],
  [
    'a kind of disk that there is not',
    entry({ offloadPlugin: { image: 'i', supports: ['snapshots', 'shared'] } }),
    'StorageMap/mtv/stores: spec.map[0].destination.offloadPlugin.supports[1]: is "shared"; give one of: snapshots, rdm, independent, encrypted',
  ],
  [
    'a fallback to another plugin',
    entry({ offloadPlugin: { image: 'i', fallback: 'plugin' } }),
    'StorageMap/mtv/stores: spec.map[0].destination.offloadPlugin.fallback: is "plugin"; give one of: none, import',
  ],
  [
    'a mode that only reads',
    entry({ accessMode: 'ReadOnlyMany' }),
    'StorageMap/mtv/stores: spec.map[0].destination.accessMode: is "ReadOnlyMany"; give one of: ReadWriteOnce, ReadWriteMany, ReadWriteOncePod',
  ],
])('%s is refused in a StorageMap', (_, parts, sentence) => {
  expect(problemsOf(parts)).toEqual([sentence]);
});

test("a plugin's own Secret is a name, never a value or a path", () => {
  const secret = (name: unknown) => problemsOf(entry({ offloadPlugin: { image: 'i', secret: name } }));
  expect(secret('array.login-7')).toEqual([]);
  for (const wrong of ['Array', 'ns/login', '', { name: 'login' }]) expect(secret(wrong)).toHaveLength(1);
});

test.each(RESERVED_PLUGIN_VARS)('a plugin variable named %s is refused: Drover sets it', (name) => {
  expect(problemsOf(entry({ offloadPlugin: { image: 'i', vars: { [name]: 'x' } } }))).toEqual([
    `StorageMap/mtv/stores: spec.map[0].destination.offloadPlugin.vars.${name}: the variable ${name} is reserved; rename it: Drover itself tells every plugin this one`,
  ]);
});

test('all problems of all manifests come at once', () => {
  const found = problemsOf({
    plan: { warm: true, vms: [], colour: 1 },
    vcenter: { url: '' },
    storageMap: { map: 1 },
  });
  expect(found).toHaveLength(5);
});

test('what refers to a manifest with problems does not call it missing, too', () => {
  expect(problemsOf({ storageMap: { map: 'x' } })).toEqual([
    'StorageMap/mtv/stores: spec.map: is a text; give a list',
  ]);
});

test.each<[string, unknown[], string]>([
  ['no Plan', [vcenter(), host()], 'no Plan is among the manifests; add one'],
  [
    'two Plans',
    [...documents(), { ...plan(), metadata: { name: 'wave-2', namespace: 'mtv' } }],
    'Plan/mtv/wave-2: Plan/mtv/wave-1 is among the manifests, too; give one Plan at a time',
  ],
  [
    'one manifest twice',
    [...documents(), storageMap()],
    'document 6: StorageMap/mtv/stores is among the manifests twice; remove one',
  ],
  [
    'a missing map',
    [vcenter(), host(), storageMap(), plan()],
    'Plan/mtv/wave-1: spec.map.network.name: NetworkMap/mtv/nets is not among the manifests; add it to the manifests',
  ],
  [
    'an unknown kind',
    [...documents(), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }],
    'ConfigMap/default/x: kind: Drover reads no kind "ConfigMap"; remove it from the file; Drover reads Hook, Host, NetworkMap, Plan, Provider, StorageMap',
  ],
  [
    'a misspelled kind',
    [...documents(), { apiVersion: API, kind: 'Storagemap', metadata: { name: 'x' } }],
    'Storagemap/default/x: kind: Drover reads no kind "Storagemap"; did you mean "StorageMap"?',
  ],
  [
    'no kind',
    [...documents(), { a: 1 }],
    'document 6: kind: is missing; give one of: Hook, Host, NetworkMap, Plan, Provider, StorageMap',
  ],
  ['no object', [...documents(), 'x'], 'document 6: this document is no manifest; give it a kind and a name'],
  [
    'another version',
    [...documents().slice(0, 4), { ...plan(), apiVersion: 'forklift.konveyor.io/v1alpha1' }],
    'Plan/mtv/wave-1: apiVersion: is "forklift.konveyor.io/v1alpha1"; give forklift.konveyor.io/v1beta1',
  ],
  [
    'no name',
    [...documents(), { ...networkMap(), metadata: {} }],
    'document 6: metadata.name: is missing; give a text (in quotes if it looks like a number or a truth value)',
  ],
  [
    'a Migration',
    [...documents(), { apiVersion: API, kind: 'Migration', metadata: { name: 'm' } }],
    'Migration/default/m: kind: a Migration is not read: starting a migration is what `drover migrate` does; remove it from the file',
  ],
])('%s is refused', (_, all, sentence) => {
  const { problems, set } = validateManifests(all);
  expect(sentences(problems)).toEqual([sentence]);
  expect(set).toBeNull();
});

test.each([
  ['name', { name: 'p'.repeat(64), namespace: 'mtv' }],
  ['namespace', { name: 'wave-1', namespace: 'n'.repeat(64) }],
])('a Plan whose %s is too long for a label is refused', (field, metadata) => {
  const long = { ...plan(), metadata };
  const found = sentences(validateManifests([...documents().slice(0, 4), long]).problems);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(new RegExp(`metadata\\.${field}: is "(ppp|nnn).*give at most 63 `));
});

describe('secrets', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { password: 'aHVudGVyMg==' },
  };
  const refusal =
    "Secret/default/s: kind: a Secret must not be among the manifests: everything in them is kept in the history of the migration; remove it from the file; create it in the worker's cluster, where the Provider's secret names it";

  test('a Secret is refused, also inside lists in lists', () => {
    expect(sentences(validateManifests([...documents(), secret]).problems)).toEqual([refusal]);
    const nested = { kind: 'List', items: [{ kind: 'SecretList', items: [secret] }] };
    expect(sentences(validateManifests([...documents(), nested]).problems)).toEqual([refusal]);
  });

  test.each<[string, object]>([
    ['an address with a login', { url: 'https://admin:hunter2@vc.example.com/sdk' }],
    ['a broken address', { url: 'ftp:hunter2' }],
    ['a password in the place of a reference', { secret: 'hunter2' }],
    ['a password as a setting', { settings: { password: 'hunter2' } }],
    ['a password as a field', { password: 'hunter2' }],
  ])('%s is refused without being shown', (_, spec) => {
    const found = problemsOf({ vcenter: spec });
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).not.toContain('hunter2');
  });
});

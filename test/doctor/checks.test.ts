import type { Severity } from '../../doctor/check';
import { CHECKS } from '../../doctor/checks/all';
import type {
  ClusterFacts,
  Facts,
  ImageFacts,
  NamespaceFacts,
  TriedImport,
  TriedReach,
} from '../../doctor/facts';
import { known } from '../../doctor/reading';
import { reportOf } from '../../doctor/report';
import type { MissingRights, SourcePrivilege } from '../../plan/inventory';
import { checkFiles } from './check-files';
import { node, soundFacts, soundSource, soundTrial, storageClass, unknown } from './sound-facts';

type Case = [what: string, facts: Facts, severity: Severity, found: RegExp];

const cluster = (change: Partial<ClusterFacts>) => soundFacts(change);
const namespace = (change: Partial<NamespaceFacts>) => soundFacts({}, change);
const kinds = { cdi: null, kubevirt: [], instanceTypes: null, networks: null, openshift: null };
const features = { certConfigMap: false, extraArgs: false, initImageUrl: false, instanceUuid: false };
const missing: MissingRights[] = [
  { folder: 'target', namespace: 'migrated', rights: ['create pods'], all: false },
];
const given = (labels: Record<string, string>, isEnding = false) =>
  namespace({ object: known({ labels, isEnding }) });
const block = storageClass({
  claimPropertySets: [{ accessModes: ['ReadWriteOnce'], volumeMode: 'Block' }],
});

const noImage = soundSource().source;
const image = (fact: ImageFacts['fact']): Facts => ({
  ...soundFacts(),
  images: [{ image: 'registry.example.com/vddk:8', purpose: 'VDDK', fact }],
});
const lacks = (privilege: SourcePrivilege, vms: number) =>
  soundSource({ privileges: { asked: 3, lacking: [{ privilege, vms }] } });
const blockSaid = (ok: boolean, said: string) =>
  soundTrial({ volumes: [{ storageClass: 'fast', volumeMode: 'Block', outcome: known({ ok, said }) }] });
const failedImport = (said: string): TriedImport => ({
  host: 'images.example.com',
  storageClass: 'fast',
  volumeMode: 'Block',
  outcome: { ok: false, said },
});
const reach = (found: TriedReach): Facts => ({
  ...soundSource(),
  tried: soundTrial({ reach: known(found) }).tried,
});

const CASES: Readonly<Record<string, Case[]>> = {
  'api-server': [
    [
      'an old server',
      cluster({ version: 'v1.28.9' }),
      'critical',
      /Kubernetes v1.28.9 at api.example.com:6443/,
    ],
    ['a server that says nonsense', cluster({ version: 'new' }), 'warning', /no version/],
  ],
  clock: [
    ['a clock behind', cluster({ skewSeconds: known(-61) }), 'warning', /61 seconds behind this machine's/],
    ['a clock ahead', cluster({ skewSeconds: known(90) }), 'warning', /90 seconds ahead of/],
    ['no clock', cluster({ skewSeconds: known(null) }), 'warning', /not known: the API server tells no time/],
    [
      'a proxy in between',
      cluster({ skewSeconds: unknown('no answer') }),
      'warning',
      /^not known: no answer$/,
    ],
  ],
  nodes: [
    ['no node', cluster({ nodes: known([]) }), 'critical', /has no node/],
    [
      'a cordoned node',
      cluster({ nodes: known([node({ isSchedulable: false })]) }),
      'critical',
      /none of 1 node/,
    ],
    [
      'one of two not ready',
      cluster({ nodes: known([node(), node({ name: 'sick', isReady: false })]) }),
      'information',
      /^1 of 2 nodes takes Pods; .*: sick$/,
    ],
    [
      'no right',
      cluster({ nodes: unknown('may not list nodes') }),
      'warning',
      /^not known: may not list nodes$/,
    ],
  ],
  kvm: [
    ['no KVM', cluster({ nodes: known([node({ hasKvm: false })]) }), 'critical', /no node .* offers KVM/],
    [
      'KVM on one node alone',
      cluster({ nodes: known([node(), node({ name: 'slow', hasKvm: false })]) }),
      'information',
      /^1 of 2 nodes offers KVM; without it: slow$/,
    ],
    [
      'KVM on a node alone that takes no Pods',
      cluster({ nodes: known([node({ hasKvm: false }), node({ isReady: false })]) }),
      'critical',
      /offers KVM/,
    ],
  ],
  kinds: [
    [
      'no CDI',
      cluster({ kinds: known({ ...kinds }) }),
      'critical',
      /no datavolumes, storageprofiles, cdiconfigs/,
    ],
    ['no KubeVirt', cluster({ kinds: known({ ...kinds }) }), 'critical', /no virtualmachines, /],
    ['no Multus', cluster({ kinds: known({ ...kinds }) }), 'information', /Pod network alone/],
  ],
  cdi: [
    [
      'a CDI that is being updated',
      cluster({ cdi: known({ version: null, phase: 'Deploying' }) }),
      'critical',
      /phase Deploying/,
    ],
    [
      'an unknown CDI',
      cluster({ cdi: known({ version: null, phase: null }) }),
      'information',
      /which version CDI/,
    ],
    ['an old CDI', cluster({ cdiFeatures: known(features) }), 'warning', /by its BIOS UUID/],
    ['an old CDI', cluster({ cdiFeatures: known(features) }), 'information', /vddkConfig/],
    ['an old CDI', cluster({ cdiFeatures: known(features) }), 'information', /from its ConfigMap/],
  ],
  kubevirt: [
    [
      'a KubeVirt that is broken',
      cluster({ kubevirt: known({ version: 'v1.6.0', phase: 'Deleting' }) }),
      'critical',
      /phase Deleting/,
    ],
    [
      'an old KubeVirt',
      cluster({ kubevirt: known({ version: 'v1.4.1', phase: null }) }),
      'warning',
      /AutoResourceLimitsGate/,
    ],
    [
      'an unknown KubeVirt',
      cluster({ kubevirt: known({ version: null, phase: null }) }),
      'information',
      /which version KubeVirt/,
    ],
  ],
  'storage-classes': [['no class', cluster({ classes: known([]) }), 'critical', /no storage class/]],
  'default-class': [
    [
      'no default',
      cluster({ classes: known([storageClass({ isDefault: false })]) }),
      'information',
      /no storage class is the default/,
    ],
    [
      'two defaults',
      cluster({ classes: known([storageClass(), storageClass({ name: 'slow' })]) }),
      'warning',
      /several .*: fast, slow$/,
    ],
  ],
  'storage-profiles': [
    [
      'a driver that CDI does not know',
      cluster({ classes: known([storageClass({ claimPropertySets: [] })]) }),
      'warning',
      /: fast \(csi.example.com\)$/,
    ],
  ],
  'device-ownership': [
    ['a Block class', cluster({ classes: known([block]) }), 'warning', /^not known: whether the runtime/],
    [
      'a device of root',
      blockSaid(false, "it can't write: dd: Permission denied"),
      'critical',
      /does not give devices/,
    ],
    [
      'a registry that denies',
      {
        ...cluster({ classes: known([block]) }),
        tried: blockSaid(false, 'the binder did not start: ImagePullBackOff: permission denied').tried,
      },
      'warning',
      /^not known: whether the runtime/,
    ],
    ['a device of the Pod', blockSaid(true, 'written'), 'fine', /may write to a device/],
  ],
  'vddk-image': [
    ['no image, no Provider', cluster({ vddkImage: known(null) }), 'warning', /CDI names no VDDK image/],
    [
      'no image at all',
      { ...cluster({ vddkImage: known(null) }), source: noImage },
      'critical',
      /neither the Provider nor CDI/,
    ],
    [
      'no right, and no image of the Provider',
      { ...cluster({ vddkImage: unknown('may not get configmaps') }), source: noImage },
      'warning',
      /^not known/,
    ],
  ],
  registries: [
    [
      'an image',
      image(known({ kind: 'found', pinned: 'x@sha256:1', platforms: null })),
      'fine',
      /vddk:8 .* is there/,
    ],
    ['no image', image(known({ kind: 'missing' })), 'warning', /has no image .*vddk:8/],
    ['an artefact', image(known({ kind: 'notAnImage', found: 'a chart' })), 'warning', /but a chart/],
    [
      'no login',
      image(known({ kind: 'loginMissing', status: 401, secrets: [] })),
      'warning',
      /to nobody without a login \(401\)/,
    ],
    [
      'another login',
      image(known({ kind: 'loginRefused', status: 403, secrets: ['a'] })),
      'warning',
      /refuses/,
    ],
    [
      'no way',
      image(known({ kind: 'unreachable', why: 'connection refused' })),
      'warning',
      /connection refused/,
    ],
    [
      'another authority',
      image(known({ kind: 'certificateRefused', why: 'self-signed' })),
      'warning',
      /self-signed/,
    ],
    [
      'a Secret that is none',
      image(known({ kind: 'pullSecretUnusable', secret: 'pull', why: 'has no key' })),
      'warning',
      /pull secret pull .* has no key/,
    ],
  ],
  namespace: [
    ['no namespace', namespace({ object: known(null) }), 'critical', /no namespace migrated/],
    ['no consent', given({}), 'critical', /does not say that Drover may work there/],
    ['an end', given({}, true), 'critical', /being deleted/],
  ],
  'pod-security': [['no label', given({}), 'information', /no label for pod security/]],
  pods: [
    [
      'a refusal',
      namespace({ trials: [{ title: 'binder', refusal: known('the cluster would not admit the Pod') }] }),
      'critical',
      /would not admit/,
    ],
    [
      'no right',
      namespace({ trials: [{ title: 'binder', refusal: unknown('may not create pods') }] }),
      'warning',
      /^not known: may not create pods$/,
    ],
  ],
  constraints: [
    ['no constraint', namespace({ mayUseNonroot: known(false) }), 'critical', /may not use nonroot-v2/],
    ['OpenShift', namespace({ mayUseNonroot: known(true) }), 'fine', /may use nonroot-v2/],
  ],
  'worker-rights': [
    [
      'a right less',
      namespace({ workerRights: known(missing) }),
      'critical',
      /lacks create pods in namespace migrated/,
    ],
    [
      'no account',
      cluster({ worker: { namespace: 'drover', name: 'other', exists: known(false) } }),
      'warning',
      /no ServiceAccount drover\/other/,
    ],
  ],
  'own-rights': [
    ['a right less', namespace({ ownRights: known(missing) }), 'information', /somebody lacks create pods/],
  ],
  'provider-secret': [
    [
      'no consent',
      soundSource(
        {},
        { consent: known({ found: 'Secret mtv/login does not say', command: 'kubectl label' }) },
      ),
      'critical',
      /does not say/,
    ],
    [
      'no right',
      soundSource({}, { consent: unknown('may not get secrets') }),
      'warning',
      /^not known: may not get/,
    ],
  ],
  vcenter: [
    [
      'a refusal',
      soundSource(
        {},
        { vcenter: known({ refusal: { message: 'vCenter refuses user', remedy: 'mend it' } }) },
      ),
      'critical',
      /vCenter refuses user/,
    ],
    ['an old vCenter', soundSource({ apiVersion: '6.0' }), 'warning', /API 6.0/],
    [
      'no Secret',
      soundSource({}, { vcenter: unknown('there is no Secret') }),
      'warning',
      /^not known: there is no/,
    ],
  ],
  'vcenter-clock': [
    ['a clock ahead', soundSource({ skewSeconds: 61 }), 'warning', /61 seconds ahead of/],
    ['no clock', soundSource({ skewSeconds: null }), 'warning', /tells no time/],
  ],
  'vcenter-vms': [['no VM', soundSource({ vms: 0 }), 'critical', /sees no VM/]],
  'vcenter-privileges': [
    ['no power', lacks('VirtualMachine.Interact.PowerOff', 3), 'critical', /PowerOff on 3 of 3 VMs/],
    ['power over some', lacks('VirtualMachine.Interact.PowerOn', 1), 'warning', /PowerOn on 1 of 3 VMs/],
    ['no encrypted disks', lacks('Cryptographer.Access', 3), 'information', /encrypted/],
    [
      'no answer',
      soundSource({ privileges: { asked: 0, lacking: [] } }),
      'warning',
      /^not known: vCenter does not/,
    ],
  ],
  'esxi-hosts': [
    ['no host', soundSource({ hosts: [] }), 'warning', /sees no ESXi host/],
    [
      'maintenance',
      soundSource({ hosts: [{ moref: 'h', name: 'esxi-2', connection: 'connected', inMaintenance: true }] }),
      'warning',
      /esxi-2 \(in maintenance\)/,
    ],
    [
      'a lost host',
      soundSource({
        hosts: [{ moref: 'h', name: 'esxi-3', connection: 'notResponding', inMaintenance: false }],
      }),
      'warning',
      /esxi-3 \(notResponding\)/,
    ],
  ],
  datastores: [
    ['no datastore', soundSource({ datastores: [] }), 'warning', /sees no datastore/],
    [
      'a lost datastore',
      soundSource({
        datastores: [
          {
            moref: 'd',
            name: 'san',
            type: 'VMFS',
            capacityBytes: 1,
            freeBytes: 1,
            unreachable: 'no host reaches it',
          },
        ],
      }),
      'warning',
      /san \(no host reaches it\)/,
    ],
  ],
  trial: [
    ['no wish', soundFacts(), 'information', /nothing was tried/],
    [
      'a rest',
      soundTrial({}, { namespace: 'drover-doctor-1', why: 'it is held' }),
      'warning',
      /doctor-1 is left: it is held/,
    ],
    [
      'no right',
      { ...soundFacts(), tried: { results: unknown('may not create namespaces'), left: null } },
      'warning',
      /^not known: may not create namespaces/,
    ],
  ],
  'tried-volumes': [
    [
      'a volume that nobody makes',
      blockSaid(false, 'the binder did not start'),
      'critical',
      /^class fast, Block: the binder/,
    ],
    [
      'many classes, and none named',
      soundTrial({ untriedClasses: ['silver', 'tape'] }),
      'information',
      /^not tried: silver, tape$/,
    ],
  ],
  'tried-conversion': [
    ['no name', soundTrial({ conversion: null }), 'information', /no conversion image was tried/],
    [
      'no image',
      soundTrial({ conversion: known({ image: 'i', why: 'ImagePullBackOff' }) }),
      'critical',
      /ImagePullBackOff/,
    ],
    [
      'no virt-v2v',
      soundTrial({ conversion: known({ image: 'i', why: null, converter: null, virtioWin: true }) }),
      'critical',
      /can not run/,
    ],
    [
      'no drivers for Windows',
      soundTrial({ conversion: known({ image: 'i', why: null, converter: 'v2v 2', virtioWin: false }) }),
      'information',
      /virtio-win/,
    ],
  ],
  'tried-network': [
    ['no Provider', soundTrial(), 'information', /no way to a vCenter was tried/],
    [
      'a closed port',
      reach({ why: null, places: [{ host: 'esxi-1', port: 902, isReached: false }], untried: 0 }),
      'warning',
      /1 of 1: esxi-1:902$/,
    ],
    [
      'another image',
      reach({ why: 'bash: not found', places: [], untried: 1 }),
      'warning',
      /^not known: bash/,
    ],
    [
      'names that are none',
      reach({ why: null, places: [], untried: 1 }),
      'warning',
      /no address could be tried/,
    ],
    [
      'more than are tried',
      reach({ why: null, places: [{ host: 'esxi-1', port: 902, isReached: true }], untried: 73 }),
      'warning',
      /73 more addresses were not tried/,
    ],
  ],
  'tried-import': [
    ['no image', soundTrial({ imported: null }), 'information', /no import was tried/],
    [
      'an importer that is started anew for ever',
      soundTrial({ imported: known(failedImport('the importer restarted 3 times: no such host')) }),
      'critical',
      /^CDI does not import an image of images\.example\.com into class fast, Block: .*no such host$/,
    ],
    [
      'no right',
      soundTrial({ imported: unknown('may not create datavolumes') }),
      'warning',
      /^not known: may not create datavolumes$/,
    ],
  ],
};

const findings = (facts: Facts, id: string) =>
  reportOf(facts, new Date(0)).findings.filter(({ check }) => check === id);

test('each check has a file, and cases', () => {
  expect(Object.keys(CASES)).toEqual(checkFiles().map(({ id }) => id));
});

test.each(Object.entries(CASES).flatMap(([id, cases]) => cases.map((one) => [id, ...one] as const)))(
  '%s: %s',
  (...[id, , facts, severity, found]) => {
    const all = findings(facts, id);
    const expected = { severity, found: expect.stringMatching(found) as string };
    expect(all).toContainEqual(expect.objectContaining(expected));
    const grave = all.filter((one) => one.severity === 'critical' || one.severity === 'warning');
    expect(grave.filter(({ remedy }) => remedy === null || remedy === '')).toEqual([]);
  },
);

test('a cluster that has all is fine', () => {
  const report = reportOf(soundSource(), new Date(0));
  const rest = report.findings.filter(({ severity }) => severity !== 'fine');
  expect(rest).toEqual([]);
  expect(report.severity).toBe('fine');
});

test('without a namespace and a Provider nothing is said of them', () => {
  const report = reportOf(soundFacts({}, null), new Date(0));
  expect(report.severity).toBe('information');
  const ids = new Set(report.findings.map(({ check }) => check));
  expect(CHECKS.map(({ id }) => id).filter((id) => !ids.has(id))).toEqual([
    'device-ownership',
    'registries',
    'namespace',
    'pod-security',
    'pods',
    'constraints',
    'provider-secret',
    'vcenter',
    'vcenter-clock',
    'vcenter-vms',
    'vcenter-privileges',
    'esxi-hosts',
    'datastores',
    'tried-volumes',
    'tried-conversion',
    'tried-network',
    'tried-import',
  ]);
});

test('the gravest finding is the verdict of the whole', () => {
  expect(reportOf(cluster({ nodes: unknown('may not list nodes') }), new Date(0)).severity).toBe('warning');
  expect(reportOf(cluster({ nodes: known([]) }), new Date(0)).severity).toBe('critical');
});

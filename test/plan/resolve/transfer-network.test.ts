import { dataVolume } from '../../../activities/kubernetes/objects/data-volume';
import { importerPod } from '../../../activities/kubernetes/objects/importer-pod';
import { samplePlugin } from '../../../activities/kubernetes/admission/future-pods';
import type { TargetInventory } from '../../../plan/inventory';
import { networkNamespaces, resolvePlan } from '../../../plan/resolve';
import { inventory, manifestSet, sentences, sourceVm, targetInventory } from '../example';

const NETWORK = { name: 'storage', namespace: 'default' };

function resolve(transferNetwork: object | undefined, target: Partial<TargetInventory> = {}) {
  const set = manifestSet({
    plan: { vms: [{ name: 'web01' }], ...(transferNetwork && { transferNetwork }) },
  });
  const known = {
    networkAttachments: ['migrated/backend', 'migrated/storage', 'default/storage'],
    ...target,
  };
  const { vms, problems } = resolvePlan(set, inventory({ vms: [sourceVm()] }), targetInventory(known));
  return { vms, problems: sentences(problems), namespaces: networkNamespaces(set) };
}

/** What Multus is told of each Pod that copies: the importer of the first disk, and the plugin of the second. */
function copiers(target: Partial<TargetInventory>, transferNetwork: object | undefined = NETWORK) {
  const { vms, problems } = resolve(transferNetwork, target);
  expect(problems).toEqual([]);
  const vm = vms[0]!;
  const [imported, copied] = vm.disks;
  const server = { url: 'u', thumbprint: 't' };
  const features = { initImageUrl: true, certConfigMap: true, extraArgs: true, instanceUuid: true };
  const all = [
    dataVolume(vm, imported!, { server, features, certConfigMap: null }).metadata?.annotations,
    importerPod(vm, null, 'vddk:8').metadata?.annotations,
    samplePlugin(vm, copied!)?.spec?.template.metadata?.annotations,
  ];
  return all.map((annotations = {}) =>
    Object.fromEntries(Object.entries(annotations).filter(([key]) => /cni/.test(key))),
  );
}

test.each<[string, Record<string, string>, Record<string, string>]>([
  [
    'a gateway: it is added, with a route through the gateway',
    { 'default/storage': '10.9.0.1' },
    {
      'k8s.v1.cni.cncf.io/networks':
        '[{"name":"storage","namespace":"default","default-route":["10.9.0.1"]}]',
    },
  ],
  [
    'none: it is added without a route',
    { 'default/storage': 'none' },
    { 'k8s.v1.cni.cncf.io/networks': '[{"name":"storage","namespace":"default"}]' },
  ],
  [
    'nothing: it takes the place of the Pod network',
    { 'migrated/storage': 'none' },
    { 'v1.multus-cni.io/default-network': 'default/storage' },
  ],
])('of a route the network says %s, for imports and plugins alike', (_, networkRoutes, annotations) => {
  expect(copiers({ networkRoutes })).toEqual([annotations, annotations, annotations]);
});

test('without a namespace it is of the target namespace; without a name there is none', () => {
  const own = { 'v1.multus-cni.io/default-network': 'migrated/storage' };
  expect(copiers({}, { name: 'storage' })).toEqual([own, own, own]);
  expect(copiers({}, {})).toEqual([{}, {}, {}]);
  expect(resolve(undefined).vms[0]?.disks[0]).not.toHaveProperty('transferNetwork');
});

test('its namespace is looked at with those of the map', () => {
  expect(resolve(NETWORK).namespaces).toEqual(['migrated', 'default']);
});

test.each<[object, Partial<TargetInventory>, string]>([
  [
    { name: 'storag' },
    {},
    'spec.transferNetwork.name: the target has no NetworkAttachmentDefinition migrated/storag; did you mean "migrated/storage"',
  ],
  [
    { ...NETWORK, namespace: 'other' },
    { networkAttachments: ['other/storage'] },
    'spec.transferNetwork.namespace: is in namespace "other", from which Pods of "migrated" get no network; name one of namespace "migrated" or "default"',
  ],
  [
    NETWORK,
    { networkRoutes: { 'default/storage': '10.9.0.1/24' } },
    'spec.transferNetwork.name: the annotation forklift.konveyor.io/route of NetworkAttachmentDefinition default/storage is "10.9.0.1/24"; set it there to the address of a gateway, or to none',
  ],
])('%j is refused', (network, target, sentence) => {
  const { problems, vms } = resolve(network, target);
  expect(problems).toEqual([expect.stringContaining(sentence)]);
  expect(vms).toEqual([]);
});

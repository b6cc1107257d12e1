import type { CheckedImages, ImageFact } from '../../../plan/images';
import { imagesOf, resolvePlan } from '../../../plan/resolve';
import {
  disk,
  inventory,
  manifestSet,
  type Parts,
  sanDisk,
  sentences,
  sourceVm,
  storageMap,
  targetInventory,
} from '../example';

const IMAGE = 'registry.example.com/offload:1';
const PINNED = `registry.example.com/offload@sha256:${'a'.repeat(64)}`;
const FOUND: ImageFact = { kind: 'found', pinned: PINNED, platforms: ['linux/amd64'] };
const AT = 'StorageMap/mtv/stores: spec.map[1].destination.offloadPlugin.image: ';
const SECRET_AT = 'StorageMap/mtv/stores: spec.map[1].destination.offloadPlugin.imagePullSecret: ';
const GO_ON = '; or, where only nodes can, set spec.drover.onUncheckedImage: warn';

function checked(
  fact: ImageFact,
  more: Partial<CheckedImages> & { pullSecret?: string } = {},
): CheckedImages {
  const { pullSecret = null, ...rest } = more;
  return {
    images: [{ image: IMAGE, pullSecret, fact }],
    nodePlatforms: ['linux/amd64'],
    authorityFault: null,
    ...rest,
  };
}

function resolved(images: CheckedImages, parts: Parts = {}) {
  const { problems, vms } = resolvePlan(manifestSet(parts), inventory(), targetInventory({ images }));
  return { problems, vms, sentences: sentences(problems) };
}

/** The example's map, with more fields for its plugin. */
function withPlugin(more: object): Parts {
  const { spec } = storageMap() as { spec: { map: { destination: { offloadPlugin?: object } }[] } };
  Object.assign(spec.map[1]?.destination.offloadPlugin ?? {}, more);
  return { storageMap: spec };
}

test('the image that was looked at runs, and the one that is written is shown', () => {
  const { vms, sentences: said } = resolved(checked(FOUND));
  expect(said).toEqual([]);
  expect(vms[0]?.disks.map(({ method }) => method)).toMatchObject([
    { kind: 'import' },
    { kind: 'plugin', image: IMAGE, pinnedImage: PINNED },
  ]);
});

test('each image is asked for once, and only those that disks of the plan need', () => {
  const set = manifestSet(withPlugin({ imagePullSecret: 'vendor' }));
  expect(imagesOf(set, inventory(), targetInventory()).plugins).toEqual([
    { image: IMAGE, pullSecret: 'vendor' },
  ]);
  const onlyImports = inventory({
    vms: [sourceVm({ disks: [disk()] }), sourceVm({ moref: 'vm-43', disks: [disk()] })],
  });
  expect(imagesOf(set, onlyImports, targetInventory()).plugins).toEqual([]);
});

test('a plugin whose only disks fall back to an import is not asked for', () => {
  const set = manifestSet(withPlugin({ fallback: 'import' }));
  const chained = inventory({ vms: [sourceVm({ hasSnapshot: true, disks: [sanDisk()] })] });
  expect(imagesOf(set, chained, targetInventory(), ['web01']).plugins).toEqual([]);
});

test.each<[string, ImageFact, string]>([
  [
    'is not allowed',
    { kind: 'notAllowed', allowed: ['a.example.com/*', 'b.example.com/x'] },
    `${AT}image "${IMAGE}" is none that the worker may run; it allows a.example.com/*, b.example.com/x; whoever runs it can add to DROVER_ALLOWED_IMAGES`,
  ],
  [
    'is not there',
    { kind: 'missing' },
    `${AT}registry registry.example.com has no image "${IMAGE}"; push it, or mend its name and tag`,
  ],
  [
    'is something else',
    { kind: 'notAnImage', found: 'a chart' },
    `${AT}"${IMAGE}" is no container image, but a chart; give the image of the vendor's plugin`,
  ],
  [
    'has a broken Secret of the ServiceAccount',
    { kind: 'pullSecretUnusable', secret: 'site', why: 'has no key .dockerconfigjson' },
    `${AT}Secret migrated/site has no key .dockerconfigjson; create it again: kubectl create secret docker-registry`,
  ],
  [
    'wants a login',
    { kind: 'loginMissing', status: 401, secrets: [] },
    `${AT}registry registry.example.com gives "${IMAGE}" to nobody without a login (401); name a Secret with one in imagePullSecret${GO_ON}`,
  ],
  [
    'wants another login than those there are',
    { kind: 'loginMissing', status: 401, secrets: ['site', 'team'] },
    `${AT}registry registry.example.com gives "${IMAGE}" to nobody without a login (401), and there is none for it in Secret "site" and "team"; name a Secret with one in imagePullSecret${GO_ON}`,
  ],
  [
    'is refused to the login',
    { kind: 'loginRefused', status: 403, secrets: ['site'] },
    `${AT}registry registry.example.com refuses the login in Secret "site" for "${IMAGE}" (403); put the right login into the Secret, and see that it may pull the image`,
  ],
  [
    'is out of reach',
    { kind: 'unreachable', why: 'connection refused' },
    `${AT}the worker can't ask registry registry.example.com: connection refused; see that it can${GO_ON}`,
  ],
  [
    'is in a registry that is not trusted',
    { kind: 'certificateRefused', why: 'its authority is not known' },
    `${AT}the worker does not trust the certificate of registry registry.example.com: its authority is not known; name a ConfigMap with its authority in spec.drover.registryCa${GO_ON}`,
  ],
  [
    'is for other processors',
    { ...FOUND, platforms: ['linux/arm64', 'linux/s390x'] },
    `${AT}"${IMAGE}" is for linux/arm64, linux/s390x, and the target's nodes are linux/amd64; give one for them`,
  ],
])('an image that %s is refused in one sentence, once', (_, fact, sentence) => {
  const { sentences: said, vms } = resolved(checked(fact));
  expect(said).toEqual([sentence]);
  expect(vms).toEqual([]);
});

test.each<[string, ImageFact, string]>([
  [
    'is not there',
    { kind: 'pullSecretMissing' },
    `${SECRET_AT}namespace migrated has no Secret "vendor"; create it there, of type kubernetes.io/dockerconfigjson, or name another`,
  ],
  [
    'is none',
    { kind: 'pullSecretUnusable', secret: 'vendor', why: 'is of type Opaque, which is none of pull secrets' },
    `${SECRET_AT}Secret migrated/vendor is of type Opaque, which is none of pull secrets; create it again: kubectl create secret docker-registry`,
  ],
  [
    'is wrong',
    { kind: 'loginRefused', status: 401, secrets: ['vendor'] },
    `${SECRET_AT}registry registry.example.com refuses the login in Secret "vendor" for "${IMAGE}" (401); put the right login into the Secret, and see that it may pull the image`,
  ],
  [
    'is for another registry',
    { kind: 'loginMissing', status: 401, secrets: ['vendor'] },
    `${SECRET_AT}registry registry.example.com gives "${IMAGE}" to nobody without a login (401), and there is none for it in Secret "vendor"; add one to the Secret${GO_ON}`,
  ],
])('a pull secret that %s is refused where it is named', (_, fact, sentence) => {
  const parts = withPlugin({ imagePullSecret: 'vendor' });
  expect(resolved(checked(fact, { pullSecret: 'vendor' }), parts).sentences).toEqual([sentence]);
});

test.each<[string, ImageFact]>([
  ['out of reach', { kind: 'unreachable', why: 'connection refused' }],
  ['not trusted', { kind: 'certificateRefused', why: 'it has expired' }],
  ['asking for a login', { kind: 'loginMissing', status: 401, secrets: [] }],
])('by policy a registry that is %s is a warning, and the tag runs', (_, fact) => {
  const { problems, vms } = resolved(checked(fact), { plan: { drover: { onUncheckedImage: 'warn' } } });
  expect(problems).toMatchObject([
    { severity: 'warning', found: expect.stringContaining(`so "${IMAGE}" is not checked`) as string },
  ]);
  expect(vms[0]?.disks[1]?.method).toMatchObject({ image: IMAGE });
  expect(vms[0]?.disks[1]?.method).not.toHaveProperty('pinnedImage');
});

test('what is certain is refused by any policy', () => {
  const lenient = { plan: { drover: { onUncheckedImage: 'warn' } } };
  for (const fact of [
    { kind: 'missing' },
    { kind: 'loginRefused', status: 401, secrets: ['vendor'] },
    { ...FOUND, platforms: ['linux/arm64'] },
  ] satisfies ImageFact[]) {
    expect(resolved(checked(fact), lenient).problems).toMatchObject([{ severity: 'error' }]);
  }
});

test('an image that only some nodes can run, or that says nothing of platforms, is a warning', () => {
  const some = checked(FOUND, { nodePlatforms: ['linux/amd64', 'linux/arm64'] });
  expect(resolved(some).problems).toMatchObject([
    {
      severity: 'warning',
      found: `"${IMAGE}" is for linux/amd64, and some of the target's nodes are linux/arm64`,
    },
  ]);
  expect(resolved(checked({ ...FOUND, platforms: null })).problems).toMatchObject([{ severity: 'warning' }]);
});

test('a conversion image that is not allowed is refused where it is named, unless nothing is converted', () => {
  const image = 'registry.example.com/conversion:1';
  const fact: ImageFact = { kind: 'notAllowed', allowed: [] };
  const images: CheckedImages = { ...checked(FOUND), images: [{ image, pullSecret: null, fact }] };
  const plan = (more: object) => resolved(images, { plan: { drover: { conversionImage: image }, ...more } });
  expect(plan({}).sentences).toEqual([
    `Plan/mtv/wave-1: spec.drover.conversionImage: image "${image}" is none that the worker may run; it allows none; whoever runs it can add to DROVER_ALLOWED_IMAGES`,
  ]);
  expect(plan({ skipGuestConversion: true }).sentences).toEqual([]);
});

test('the conversion image is asked for, unless nothing is converted', () => {
  const image = 'registry.example.com/conversion:1';
  const needed = (more: object) =>
    imagesOf(
      manifestSet({ plan: { drover: { conversionImage: image }, ...more } }),
      inventory(),
      targetInventory(),
    );
  expect(needed({}).converter).toEqual({ image, pullSecret: null });
  expect(needed({ skipGuestConversion: true }).converter).toBeNull();
  // It gets no login of the source.
  expect(needed({}).plugins).toEqual([{ image: IMAGE, pullSecret: null }]);
});

test.each<[string, ImageFact, string]>([
  ['is not there', { kind: 'missing' }, 'registry registry.example.com has no image "IMAGE"'],
  [
    'is out of reach',
    { kind: 'unreachable', why: 'connection refused' },
    "the worker can't ask registry registry.example.com: connection refused",
  ],
  [
    'is for other processors',
    { ...FOUND, platforms: ['linux/s390x'] },
    '"IMAGE" is for linux/s390x, and the target\'s nodes are linux/amd64',
  ],
])('a conversion image that %s is a warning: nodes may have it from elsewhere', (_, fact, found) => {
  const image = 'registry.example.com/conversion:1';
  const images: CheckedImages = { ...checked(FOUND), images: [{ image, pullSecret: null, fact }] };
  const { problems, vms } = resolved(images, { plan: { drover: { conversionImage: image } } });
  expect(problems).toEqual([
    {
      severity: 'warning',
      location: expect.objectContaining({ path: 'spec.drover.conversionImage' }),
      found: found.replace('IMAGE', image),
      remedy: `see that all nodes can have "${image}": no guest is converted without it`,
    },
  ]);
  expect(vms).not.toEqual([]);
});

test("a Provider's VDDK image that is not allowed is refused where it is named", () => {
  const image = 'registry.example.com/vddk:8';
  const fact: ImageFact = { kind: 'notAllowed', allowed: [] };
  const images: CheckedImages = { ...checked(FOUND), images: [{ image, pullSecret: null, fact }] };
  const vcenter = { settings: { vddkInitImage: image } };
  expect(imagesOf(manifestSet({ vcenter }), inventory(), targetInventory()).vddk).toEqual([image]);
  expect(resolved(images, { vcenter }).sentences).toEqual([
    `Provider/mtv/vcenter: spec.settings.vddkInitImage: image "${image}" is none that the worker may run; it allows none; whoever runs it can add to DROVER_ALLOWED_IMAGES`,
  ]);
});

test('an authority that can not be read is a problem of the plan', () => {
  const images: CheckedImages = { images: [], nodePlatforms: [], authorityFault: 'there is none' };
  expect(resolved(images).sentences).toEqual([
    'Plan/mtv/wave-1: spec.drover.registryCa: there is none; put the authority of the registries there, in PEM under ca.crt',
  ]);
});

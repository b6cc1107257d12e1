import type { ManifestSet } from '../../plan/manifest-set';
import { DEFAULT_CONVERSION_IMAGE } from '../../plan/manifests/drover-settings';
import { imagesOf, resolvePlan } from '../../plan/resolve';
import { withXfsImage } from '../../plan/xfs-image';
import { inventory, manifestSet, sentences, targetInventory } from './example';

const IMAGE = 'registry.example.com/conversion:el9';
const ORDINARY = 'registry.example.com/conversion:1';

const planOf = (plan: object) => manifestSet({ plan: { xfsCompatibility: true, ...plan } });

/** What is said where the worker may not run this image. */
function faultsOf(set: ManifestSet, image: string): string[] {
  const wanted = { image, pullSecret: null, fact: { kind: 'notAllowed' as const, allowed: [] } };
  const images = { images: [wanted], nodePlatforms: [], authorityFault: null };
  return sentences(resolvePlan(set, inventory(), targetInventory({ images })).problems);
}

test('guests with XFS of version 4 are converted by the image that the worker has for them', () => {
  const { set, problems } = withXfsImage(planOf({}), IMAGE);
  expect(problems).toEqual([]);
  expect(imagesOf(set, inventory(), targetInventory()).converter).toEqual({ image: IMAGE, pullSecret: null });
  const { vms } = resolvePlan(set, inventory(), targetInventory());
  expect(vms.map(({ conversion }) => conversion?.image)).toEqual(vms.map(() => IMAGE));
  expect(vms).not.toEqual([]);
});

test('where the worker has none, the plan is refused, and it says who can do what', () => {
  expect(sentences(withXfsImage(planOf({}), null).problems)).toEqual([
    'Plan/mtv/wave-1: spec.xfsCompatibility: the worker has no conversion image for guests with XFS of version 4; whoever runs the worker can name one in DROVER_XFS_CONVERSION_IMAGE; or set it to false, and name one in spec.drover.conversionImage',
  ]);
});

test('a plan that names an image itself, too, is refused, and told to choose', () => {
  const { problems } = withXfsImage(planOf({ drover: { conversionImage: ORDINARY } }), IMAGE);
  expect(sentences(problems)).toEqual([
    `Plan/mtv/wave-1: spec.drover.conversionImage: is "${ORDINARY}", and spec.xfsCompatibility: true has the guests converted by another image, which the worker names; remove it; or, if it mounts XFS of version 4 and should convert the guests, set spec.xfsCompatibility to false`,
  ]);
});

test.each([
  ['the worker has none', {}, null, DEFAULT_CONVERSION_IMAGE],
  ['the plan names an image, too', { drover: { conversionImage: ORDINARY } }, IMAGE, ORDINARY],
])('where %s, faults of the ordinary image are said of its own field', (_, plan, image, ordinary) => {
  const { set } = withXfsImage(planOf(plan), image);
  expect(faultsOf(set, ordinary)).toEqual([
    expect.stringContaining(`Plan/mtv/wave-1: spec.drover.conversionImage: image "${ordinary}" is none that`),
  ]);
});

test.each([{ xfsCompatibility: false }, { skipGuestConversion: true }])(
  'a plan with %j does not need it, and may name an image',
  (plan) => {
    for (const image of [IMAGE, null]) {
      const given = planOf({ drover: { conversionImage: ORDINARY }, ...plan });
      expect(withXfsImage(given, image)).toEqual({ set: given, problems: [] });
    }
  },
);

test('one that may not run is refused at the field that asks for it', () => {
  const { set } = withXfsImage(planOf({}), IMAGE);
  expect(faultsOf(set, IMAGE)).toEqual([
    expect.stringContaining(`Plan/mtv/wave-1: spec.xfsCompatibility: image "${IMAGE}" is none that`),
  ]);
});

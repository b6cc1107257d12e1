/** What registries say of the images of a plan. */
import { z } from 'zod';

/** What was found out about one image; never a login or an answer's body. */
export const imageFactSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('found'),
    /** `registry.example.com/vendor/offload@sha256:…`. */
    pinned: z.string(),
    /** As `linux/amd64`; null where the registry does not give the image's configuration away. */
    platforms: z.array(z.string()).nullable(),
  }),
  /** The operator of the worker does not let it be run. */
  z.object({ kind: z.literal('notAllowed'), allowed: z.array(z.string()) }),
  z.object({ kind: z.literal('missing') }),
  /** The manifest is there, and is no container image's. */
  z.object({ kind: z.literal('notAnImage'), found: z.string() }),
  z.object({ kind: z.literal('pullSecretMissing') }),
  /** It is there and can't be used; `why` is a clause: `has no key .dockerconfigjson`. */
  z.object({ kind: z.literal('pullSecretUnusable'), secret: z.string(), why: z.string() }),
  /** Refused without a login; `secrets` were looked at and have none for this registry. */
  z.object({ kind: z.literal('loginMissing'), status: z.number(), secrets: z.array(z.string()) }),
  /** Refused with the logins of these Secrets. */
  z.object({ kind: z.literal('loginRefused'), status: z.number(), secrets: z.array(z.string()) }),
  /** Or there is no usable answer; `why` is a clause: `connection refused`. */
  z.object({ kind: z.literal('unreachable'), why: z.string() }),
  z.object({ kind: z.literal('certificateRefused'), why: z.string() }),
]);

export const checkedImageSchema = z.object({
  /** As written in the manifest. */
  image: z.string(),
  /** Name of the Secret that the manifest gives for it; null means those of the Pod's ServiceAccount. */
  pullSecret: z.string().nullable(),
  /** ServiceAccount of the Pod that runs it; absent: that of the plan's other Pods. */
  account: z.string().optional(),
  fact: imageFactSchema,
});

export const checkedImagesSchema = z.object({
  images: z.array(checkedImageSchema),
  /** Platforms of the target's nodes, as `linux/amd64`. */
  nodePlatforms: z.array(z.string()),
  /** Why the plan's `registryCa` can't be used, as a clause; null where it can, or is not given. */
  authorityFault: z.string().nullable(),
});

export type ImageFact = z.infer<typeof imageFactSchema>;
export type CheckedImage = z.infer<typeof checkedImageSchema>;
export type CheckedImages = z.infer<typeof checkedImagesSchema>;

/** An image to be looked at, and how it is to be pulled. */
export type WantedImage = Pick<CheckedImage, 'image' | 'pullSecret' | 'account'>;

export const NO_IMAGES: CheckedImages = { images: [], nodePlatforms: [], authorityFault: null };

export function factOf(checked: CheckedImages, wanted: WantedImage): ImageFact | null {
  const same = checked.images.find(
    ({ image, pullSecret, account }) =>
      image === wanted.image && pullSecret === wanted.pullSecret && account === wanted.account,
  );
  return same?.fact ?? null;
}

/** What Pods are to run, or null where the image could not be looked at and its tag is all there is. */
export function pinnedOf(checked: CheckedImages, wanted: WantedImage): string | null {
  const fact = factOf(checked, wanted);
  return fact?.kind === 'found' ? fact.pinned : null;
}

/** The images of a plan's offload plugins and hooks, and its conversion image, against what their registries say. */
import type { CopyMethod, PluginMethod } from '../frozen';
import { parseImageReference } from '../image-reference';
import { type CheckedImages, factOf, type ImageFact, pinnedOf, type WantedImage } from '../images';
import { DEFAULT_ACCOUNT } from '../pod-accounts';
import { errorAt, type Location, type Problem, warningAt } from '../problem';
import type { ManifestSet } from '../manifest-set';
import type { DecidedVm } from './decided-disks';
import { accountOfHook, imageOfHook, usedHooks } from './hooks';
import { manifestAt, planAt } from './places';

/** An entry of the StorageMap by whose plugin disks of the plan are copied. */
interface UsedPlugin {
  /** Place of the entry in `spec.map`. */
  index: number;
  wanted: WantedImage;
}

/** Each image once that disks of these VMs need, however many entries name it. */
export function pluginImages(vms: readonly DecidedVm[]): WantedImage[] {
  const wanted = usedPlugins(vms).map((plugin) => plugin.wanted);
  return [...new Map(wanted.map((each) => [JSON.stringify(each), each])).values()];
}

/** Null where none of these VMs is converted. */
export function converterImage(set: ManifestSet, vms: readonly DecidedVm[]): WantedImage | null {
  return vms.length === 0 || set.plan.spec.skipGuestConversion ? null : converter(set);
}

export function checkImages(set: ManifestSet, vms: readonly DecidedVm[], checked: CheckedImages): Problem[] {
  const problems = [
    ...checkAuthority(set, checked),
    ...checkConversionImage(set, checked),
    ...checkVddkImage(set, checked),
  ];
  for (const plugin of usedPlugins(vms)) {
    const fact = factOf(checked, plugin.wanted);
    if (fact !== null) {
      problems.push(...problemsOf(rulesOf(set), imageOf(set, plugin), fact, checked.nodePlatforms));
    }
  }
  return [...problems, ...checkHookImages(set, vms, checked)];
}

function checkHookImages(set: ManifestSet, vms: readonly DecidedVm[], checked: CheckedImages): Problem[] {
  const { targetNamespace } = set.plan.spec;
  return usedHooks(set, vms).flatMap((hook) => {
    const wanted = imageOfHook(hook);
    const fact = factOf(checked, wanted);
    if (fact === null) return [];
    const at = manifestAt(hook, 'spec.image');
    const account = accountOfHook(set, hook) ?? DEFAULT_ACCOUNT;
    const used: UsedImage = {
      wanted,
      imageAt: at,
      loginAt: at,
      what: 'an image that does what the hook is for',
      whereLogins: `add one to a pull secret of ServiceAccount "${account}" of namespace ${targetNamespace}`,
    };
    return problemsOf(rulesOf(set), used, fact, checked.nodePlatforms);
  });
}

/** By which rules an image counts as checked. */
export interface ImageRules {
  /** Where Pods run. */
  namespace: string;
  onUncheckedImage: 'refuse' | 'warn';
}

function rulesOf({ plan }: ManifestSet): ImageRules {
  const { drover, targetNamespace: namespace } = plan.spec;
  return { namespace, onUncheckedImage: drover.onUncheckedImage };
}

/** Of a plugin's image that no manifest names. */
export function pluginImageProblems(
  at: Location,
  method: PluginMethod,
  rules: ImageRules,
  checked: CheckedImages,
): Problem[] {
  if (checked.authorityFault !== null) return [errorAt(at, checked.authorityFault, AUTHORITY_REMEDY)];
  const wanted = wantedBy(method);
  const fact = factOf(checked, wanted);
  if (fact === null) return [];
  const used: UsedImage = { wanted, imageAt: at, loginAt: at, what: PLUGIN_IMAGE };
  return problemsOf(rules, used, fact, checked.nodePlatforms);
}

/** The method, with the image that was looked at: whatever becomes of its tag, this one runs. */
export function pinned(method: CopyMethod, checked: CheckedImages): CopyMethod {
  if (method.kind !== 'plugin') return method;
  const pinnedImage = pinnedOf(checked, wantedBy(method));
  return pinnedImage === null ? method : { ...method, pinnedImage };
}

function usedPlugins(vms: readonly DecidedVm[]): UsedPlugin[] {
  const used = new Map<number, UsedPlugin>();
  for (const { mapped, method } of vms.flatMap(({ disks }) => disks)) {
    if (mapped === null || method?.kind !== 'plugin') continue;
    used.set(mapped.index, { index: mapped.index, wanted: wantedBy(method) });
  }
  return [...used.values()].sort((one, other) => one.index - other.index);
}

function wantedBy({ image, imagePullSecret }: PluginMethod): WantedImage {
  return { image, pullSecret: imagePullSecret ?? null };
}

function checkAuthority(set: ManifestSet, { authorityFault }: CheckedImages): Problem[] {
  if (authorityFault === null) return [];
  return [errorAt(planAt(set, 'spec.drover.registryCa'), authorityFault, AUTHORITY_REMEDY)];
}

const AUTHORITY_REMEDY = 'put the authority of the registries there, in PEM under ca.crt';
const PLUGIN_IMAGE = "the image of the vendor's plugin";

/** As nodes pull it for a conversion's Pod, which names no Secret. */
function converter(set: ManifestSet): WantedImage {
  return { image: set.plan.spec.drover.conversionImage, pullSecret: null };
}

/**
 * Nodes may have it from elsewhere, so what its registry says refuses no plan. It is said all the same: a conversion that
 * can't begin is met only after the source was stopped.
 */
function checkConversionImage(set: ManifestSet, checked: CheckedImages): Problem[] {
  if (set.plan.spec.skipGuestConversion) return [];
  const { image } = converter(set);
  const field = set.plan.spec.xfsCompatibility ? 'spec.xfsCompatibility' : 'spec.drover.conversionImage';
  return conversionImageProblems(planAt(set, field), image, rulesOf(set), checked);
}

/** As {@link checkConversionImage}, of one that stands at `imageAt`. */
export function conversionImageProblems(
  imageAt: Location,
  image: string,
  rules: ImageRules,
  checked: CheckedImages,
): Problem[] {
  const wanted: WantedImage = { image, pullSecret: null };
  const fact = factOf(checked, wanted);
  if (fact === null) return [];
  if (fact.kind === 'notAllowed') return [notAllowed(imageAt, wanted.image, fact.allowed)];
  const used: UsedImage = {
    wanted,
    imageAt,
    loginAt: imageAt,
    what: 'an image built from images/conversion',
  };
  return problemsOf(rules, used, fact, checked.nodePlatforms).map(({ location, found }) =>
    warningAt(
      location,
      found,
      `see that all nodes can have "${wanted.image}": no guest is converted without it`,
    ),
  );
}

/** Only nodes pull it, with logins of their own. */
function checkVddkImage(set: ManifestSet, checked: CheckedImages): Problem[] {
  const { vddkInitImage: image } = set.source.spec.settings;
  const fact = image === undefined ? null : factOf(checked, { image, pullSecret: null });
  if (image === undefined || fact?.kind !== 'notAllowed') return [];
  return [notAllowed(manifestAt(set.source, 'spec.settings.vddkInitImage'), image, fact.allowed)];
}

function notAllowed(at: Location, image: string, allowed: readonly string[]): Problem {
  const names = allowed.length === 0 ? 'it allows none' : `it allows ${allowed.join(', ')}`;
  const remedy = `${names}; whoever runs it can add to DROVER_ALLOWED_IMAGES`;
  return errorAt(at, `image "${image}" is none that the worker may run`, remedy);
}

/** An image, and where manifests name it. */
interface UsedImage {
  wanted: WantedImage;
  imageAt: Location;
  /** Where they name the login that it is pulled with. */
  loginAt: Location;
  /** What it has to be. */
  what: string;
  /** Where a login for it can be added. Absent: `imagePullSecret`, which names a Secret or may do so. */
  whereLogins?: string;
}

function imageOf(set: ManifestSet, { index, wanted }: UsedPlugin): UsedImage {
  const plugin = `spec.map[${index}].destination.offloadPlugin`;
  const imageAt = manifestAt(set.storageMap, `${plugin}.image`);
  const secretAt = manifestAt(set.storageMap, `${plugin}.imagePullSecret`);
  const loginAt = wanted.pullSecret === null ? imageAt : secretAt;
  return { wanted, imageAt, loginAt, what: PLUGIN_IMAGE };
}

function problemsOf(
  { namespace, onUncheckedImage }: ImageRules,
  { wanted: { image, pullSecret }, imageAt, loginAt, what, whereLogins }: UsedImage,
  fact: ImageFact,
  nodePlatforms: readonly string[],
): Problem[] {
  const registry = `registry ${parseImageReference(image)?.registry ?? image}`;
  /** Nobody knows whether it is right: the policy decides. */
  const unchecked = (at: Location, found: string, remedy: string): Problem[] =>
    onUncheckedImage === 'warn'
      ? [
          warningAt(
            at,
            `${found}, so "${image}" is not checked`,
            `its tag runs as the nodes find it; ${remedy}`,
          ),
        ]
      : [errorAt(at, found, `${remedy}; or, where only nodes can, set spec.drover.onUncheckedImage: warn`)];

  switch (fact.kind) {
    case 'found':
      return checkPlatform(imageAt, image, fact.platforms, nodePlatforms);
    case 'notAllowed':
      return [notAllowed(imageAt, image, fact.allowed)];
    case 'missing':
      return [errorAt(imageAt, `${registry} has no image "${image}"`, 'push it, or mend its name and tag')];
    case 'notAnImage': {
      const found = `"${image}" is no container image, but ${fact.found}`;
      return [errorAt(imageAt, found, `give ${what}`)];
    }
    case 'pullSecretMissing': {
      const remedy = 'create it there, of type kubernetes.io/dockerconfigjson, or name another';
      return [errorAt(loginAt, `namespace ${namespace} has no Secret "${pullSecret}"`, remedy)];
    }
    case 'pullSecretUnusable': {
      const remedy = 'create it again: kubectl create secret docker-registry';
      return [errorAt(loginAt, `Secret ${namespace}/${fact.secret} ${fact.why}`, remedy)];
    }
    case 'loginMissing': {
      const found = `${registry} gives "${image}" to nobody without a login (${fact.status})`;
      const none =
        fact.secrets.length === 0 ? '' : `, and there is none for it in ${secretNames(fact.secrets)}`;
      const own = pullSecret === null ? 'name a Secret with one in imagePullSecret' : 'add one to the Secret';
      const where = whereLogins ?? own;
      return unchecked(loginAt, found + none, where);
    }
    case 'loginRefused': {
      const found = `${registry} refuses the login in ${secretNames(fact.secrets)} for "${image}" (${fact.status})`;
      return [
        errorAt(loginAt, found, 'put the right login into the Secret, and see that it may pull the image'),
      ];
    }
    case 'unreachable':
      return unchecked(imageAt, `the worker can't ask ${registry}: ${fact.why}`, 'see that it can');
    case 'certificateRefused': {
      const found = `the worker does not trust the certificate of ${registry}: ${fact.why}`;
      return unchecked(imageAt, found, 'name a ConfigMap with its authority in spec.drover.registryCa');
    }
  }
}

function checkPlatform(
  at: Location,
  image: string,
  platforms: readonly string[] | null,
  nodePlatforms: readonly string[],
): Problem[] {
  if (platforms === null) {
    return [warningAt(at, `"${image}" does not say for which platform it is`, 'see that nodes can run it')];
  }
  const lacking = nodePlatforms.filter((platform) => !platforms.includes(platform));
  if (lacking.length === 0) return [];
  const found = `"${image}" is for ${platforms.join(', ')}`;
  if (lacking.length === nodePlatforms.length) {
    return [errorAt(at, `${found}, and the target's nodes are ${lacking.join(', ')}`, 'give one for them')];
  }
  const some = `${found}, and some of the target's nodes are ${lacking.join(', ')}`;
  return [warningAt(at, some, "give one for all: a Pod that is put on such a node can't start")];
}

function secretNames(names: readonly string[]): string {
  return `Secret ${names.map((name) => `"${name}"`).join(' and ')}`;
}

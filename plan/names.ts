/**
 * The name of every object that Drover makes, worked out from the plan and the VM alone: a second run,
 * another worker or a replay finds what the first one made.
 *
 * Limits: a Kubernetes label (RFC 1123) is at most 63 of `a-z0-9-` and begins and ends with a letter or digit.
 * A base name stays within {@link BASE_NAME_LIMIT}, so that every name derived from it fits, too; Job names
 * matter most, since they also become label values.
 *
 * Workflows import this file: no Node built-in, no clock, no chance.
 */

/**
 * Characters of the longest name of a Kubernetes object that may also stand in a label, a host name or a DNS name
 * (`DNS1123LabelMaxLength`: apimachinery 0.34.4, pkg/util/validation/validation.go).
 */
export const NAME_LIMIT = 63;
/** Leaves room for the longest suffix, `-d999-copy-` and an attempt of twelve digits. */
export const BASE_NAME_LIMIT = 40;

const HASH_LENGTH = 8;
const PLAN_PART_LIMIT = 13;
/** What is left for the VM's part of a base name: two dashes, the plan's part and the hash are taken. */
const VM_PART_LIMIT = BASE_NAME_LIMIT - PLAN_PART_LIMIT - HASH_LENGTH - 2;

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** True for a name that Kubernetes takes for any object, label value and host name (RFC 1123, label). */
export function isDnsLabel(name: string): boolean {
  return name.length <= NAME_LIMIT && DNS_LABEL.test(name);
}

const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * True for a name that Kubernetes takes for most objects: up to 253 characters, with dots (`IsDNS1123Subdomain`: the file named
 * above).
 */
export function isDnsSubdomain(name: string): boolean {
  return name.length <= 253 && DNS_SUBDOMAIN.test(name);
}

/** Who a base name is for: together these are unique in the world. */
export interface NameOwner {
  plan: { namespace: string; name: string };
  /** vCenter's instance UUID; morefs repeat from one vCenter to the next. */
  vcenterUuid: string;
  moref: string;
  targetName: string;
}

/** `<plan>-<target name>-<hash>`: the first two for people, cut to fit; the hash makes it unique. */
export function baseName(owner: NameOwner): string {
  const plan = cut(slug(owner.plan.name), PLAN_PART_LIMIT);
  const vm = cut(slug(owner.targetName), VM_PART_LIMIT);
  const hash = shortHash(owner.plan.namespace, owner.plan.name, owner.vcenterUuid, owner.moref);
  return [plan, vm, hash].filter((part) => part !== '').join('-');
}

/**
 * The VirtualMachine's name for a VM that the plan gives none: its own name in the form that Kubernetes takes.
 * A name with nothing to keep (`仮想`) becomes `vm-<hash of the moref>`.
 */
export function deriveTargetName(vm: { name: string; moref: string }): string {
  return cut(slug(vm.name), NAME_LIMIT) || `vm-${shortHash(vm.moref)}`;
}

/**
 * The target name of a VM whose derived name another VM of the plan has, too: a hash of its moref makes it unique. The
 * name does not depend on the other VMs of the plan, or on their order.
 */
export function tellApart(targetName: string, moref: string): string {
  return `${cut(targetName, NAME_LIMIT - HASH_LENGTH - 1)}-${shortHash(moref)}`;
}

/** A disk's PVC, and its DataVolume where it is imported. `index` is the disk's place among the VM's disks. */
export function volumeName(base: string, index: number): string {
  return `${base}-disk-${index}`;
}

/** A name that a plan asks for, with a hash that tells it apart from those of other disks and other VMs. */
export function uniqueName(name: string, base: string, key: string): string {
  return `${name}-${shortHash(base, key)}`;
}

/** The Pod that holds all of a VM's volumes until they are bound. */
export function binderName(base: string): string {
  return `${base}-binder`;
}

/** The Secret with the vCenter login of one disk's copy, in the form that copiers want. */
export function loginSecretName(base: string, index: number): string {
  return `${base}-d${index}-login`;
}

/** The ConfigMap with the authorities by which CDI verifies vCenter. */
export function authorityName(base: string): string {
  return `${base}-vcenter-ca`;
}

/** As {@link authorityName}, for an ESXi host at which importers read disks. */
export function hostAuthorityName(base: string, moref: string): string {
  return `${base}-host-ca-${shortHash(moref)}`;
}

/** The ConfigMap with options of VDDK for imports. */
export function vddkConfigName(base: string): string {
  return `${base}-vddk`;
}

/** The Job of one attempt at copying one disk by its plugin. */
export function pluginJobName(base: string, index: number, attempt: number): string {
  return `${base}-d${index}-copy-${attempt}`;
}

/** The volume of what a conversion writes before it is known to be right. */
export function scratchName(base: string): string {
  return `${base}-scratch`;
}

/** The Job that asks the conversion image what it can convert. */
export function probeJobName(base: string): string {
  return `${base}-probe`;
}

/** The Job of one attempt at a conversion. */
export function conversionJobName(base: string, attempt: number): string {
  return `${base}-convert-${attempt}`;
}

/** The Secret with the passphrases of the guest, for one attempt at its conversion. */
export function guestKeysName(base: string, attempt: number): string {
  return `${base}-keys-${attempt}`;
}

/** The ConfigMap with the scripts that customize the guest, for one attempt at its conversion. */
export function guestScriptsName(base: string, attempt: number): string {
  return `${base}-scripts-${attempt}`;
}

/** The Job of one attempt at a hook, and the ConfigMap with its files: `…-pre-hook-1`, `…-before-cutover-1`. */
export function hookJobName(base: string, step: string, attempt: number): string {
  return `${base}-${step.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}-${attempt}`;
}

/**
 * The name that a plugin gives its task on the array. All attempts at one filling of a disk's volume have one id. `epoch`
 * names that filling. It must change whenever Drover makes or fills the volume again (another run of the migration, a copy
 * that was voided). Otherwise a plugin could take the result of an old task for the new volume.
 */
export function copyId(vm: { baseName: string }, diskKey: number, epoch: number | string): string {
  return `${vm.baseName}-k${diskKey}-${shortHash(String(epoch))}`;
}

/**
 * Names the bytes that a conversion begins with. All its attempts have one id: an attempt continues a conversion of these
 * bytes, and never one of other bytes.
 */
export function conversionId(vm: { baseName: string }, copyIds: readonly string[]): string {
  return `${vm.baseName}-v${shortHash(...copyIds)}`;
}

/** Lower case, everything but letters and digits to single dashes, none at the ends; accents fall away. */
function slug(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{Mark}/gu, '');
  return trimDashes(plain.toLowerCase().replace(/[^a-z0-9]+/g, '-'));
}

function cut(text: string, limit: number): string {
  return trimDashes(text.slice(0, limit));
}

function trimDashes(text: string): string {
  return text.replace(/^-+|-+$/g, '');
}

/** Without i, l, o and u: nothing to misread, no words. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const BITS_PER_CHARACTER = 5n;
const HASH_BITS = BigInt(HASH_LENGTH) * BITS_PER_CHARACTER;

/** {@link HASH_LENGTH} characters (40 bits) over the parts and where each ends. For telling apart, not for secrecy. */
function shortHash(...parts: string[]): string {
  const full = fnv1a64(parts.join('\0'));
  const folded = (full >> HASH_BITS) ^ full;
  return Array.from({ length: HASH_LENGTH }, (_, place) => {
    const digit = (folded >> (BigInt(place) * BITS_PER_CHARACTER)) & 31n;
    return ALPHABET.charAt(Number(digit));
  }).join('');
}

/** FNV-1a, 64 bits, over the text's UTF-16 units, low byte first. */
function fnv1a64(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    for (const byte of [unit & 0xff, unit >> 8]) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    }
  }
  return hash;
}

/**
 * A frozen plan: every question answered before anything is touched.
 *
 * One {@link FrozenVm} is the whole input of `migrateVm`. It holds names of Secrets, never their values,
 * and nothing in it is looked up again under another name later.
 */
import { z } from 'zod';
import { accessModeSchema, diskBusSchema, powerStateSchema, volumeModeSchema } from './inventory';

const nameRef = z.object({ namespace: z.string(), name: z.string() });

/** How to reach the source: read by activities only. */
export const sourceRefSchema = z.object({
  provider: nameRef,
  /** `https://vcenter.example.com/sdk`. */
  url: z.string(),
  /** Secret with user, password and ca.crt or thumbprint. */
  secret: nameRef,
  /** VDDK image for imports; null leaves it to CDI's ConfigMap. */
  vddkImage: z.string().nullable(),
});

/** How to reach the target cluster. An empty URL means the worker's own cluster. */
export const targetRefSchema = z.object({
  provider: nameRef,
  url: z.string(),
  secret: nameRef.nullable(),
});

/** How a disk's bytes reach its volume. */
export const copyMethodSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('import'),
    /** The plugin that the disk's datastore is mapped to, where it can't copy this disk, and why not. */
    insteadOf: z.object({ image: z.string(), why: z.string() }).optional(),
  }),
  z.object({
    kind: z.literal('plugin'),
    /** As the map has it. */
    image: z.string(),
    /** What runs: `registry.example.com/vendor/offload@sha256:…`; absent where only the tag is known. */
    pinnedImage: z.string().optional(),
    /** Secret of the target namespace to pull with; absent: those of its ServiceAccount. */
    imagePullSecret: z.string().optional(),
    vars: z.record(z.string(), z.string()),
    /** The vendor's own Secret in the target namespace, if it wants one. */
    secret: z.string().optional(),
    /** What becomes of the disk when its plugin refuses it, or has failed for good. Absent: `none`. */
    fallback: z.enum(['none', 'import']).optional(),
    /** Whether the plugin's Pod has the target volume. Absent: it has. */
    attachTarget: z.boolean().optional(),
  }),
]);

export const frozenDiskSchema = z.object({
  /** vSphere's device key. */
  key: z.number().int(),
  /** Position among the VM's disks, from 0: order of controllers and units, the order that the guest saw. */
  index: z.number().int().nonnegative(),
  bus: diskBusSchema,
  basePath: z.string(),
  currentPath: z.string(),
  datastore: z.string(),
  serial: z.string().nullable(),
  /** Exact size of the source; comparisons cover this many bytes. */
  capacityBytes: z.number().int().positive(),
  /** What the PVC asks for: capacity rounded up to 1 MiB, plus file-system overhead where that is the mode. */
  requestBytes: z.number().int().positive(),
  storageClass: z.string(),
  volumeMode: volumeModeSchema,
  accessMode: accessModeSchema,
  method: copyMethodSchema,
  /** Name of the disk's PVC, and of its DataVolume where it is imported. */
  volumeName: z.string(),
});

export const frozenNicSchema = z.object({
  key: z.number().int(),
  macAddress: z.string(),
  /** `startConnected` on the source. */
  connected: z.boolean(),
  sourceNetwork: z.string(),
  network: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('pod') }),
    z.object({ kind: z.literal('multus'), namespace: z.string(), name: z.string() }),
  ]),
});

const timeoutSeconds = z.number().int().positive();

/** What counts as the guest being up, and how long it may take. */
export const verifySchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('none') }),
  z.object({ by: z.literal('agent'), timeoutSeconds }),
  /** A regular expression, tried on each line of the serial console. */
  z.object({ by: z.literal('console'), pattern: z.string(), timeoutSeconds }),
  z.object({ by: z.literal('port'), port: z.number().int(), timeoutSeconds }),
]);

/** The VM-wide decisions of `spec.drover` and the plan, with every default filled in. Durations are seconds. */
export const policySchema = z.object({
  maxConcurrentDisks: z.number().int().positive(),
  /** How long the guest may take to shut down before `onShutdownTimeout` applies. */
  shutdownTimeoutSeconds: z.number().int().positive(),
  onShutdownTimeout: z.enum(['powerOff', 'park']),
  /** Attempts at one disk by a plugin before the VM parks. */
  copyAttempts: z.number().int().positive(),
  /** Restarts of CDI's importer that are put up with before the VM parks. */
  importRestarts: z.number().int().nonnegative(),
  /** A copy that takes longer than this fails. */
  copyDeadlineSeconds: z.number().int().positive(),
  /** A plugin's Pod that is kept from starting for so long fails its attempt; absent: never. */
  copyStartDeadlineSeconds: z.number().int().positive().optional(),
  /** A plugin that says nothing of progress for so long is warned of; absent: never. */
  stallWarningSeconds: z.number().int().positive().optional(),
  /** The same fails its attempt after so long; absent: never. */
  stallDeadlineSeconds: z.number().int().positive().optional(),
  convertDeadlineSeconds: z.number().int().positive(),
  /** Conversions that may be lost (a node, a killed Pod) before the VM parks. */
  convertAttempts: z.number().int().positive(),
  onUnconvertible: z.enum(['park', 'startUnconverted']),
  /** How long volumes may take to bind. */
  bindDeadlineSeconds: z.number().int().positive(),
  /** How long the target VM may take to run. */
  startDeadlineSeconds: z.number().int().positive(),
  verify: verifySchema,
  /** How long a parked VM waits for an operator before it is aborted. */
  parkDeadlineSeconds: z.number().int().positive(),
});

export const hardwareSchema = z.object({
  firmware: z.enum(['bios', 'efi']),
  secureBoot: z.boolean(),
  tpm: z.boolean(),
  sockets: z.number().int().positive(),
  coresPerSocket: z.number().int().positive(),
  memoryMiB: z.number().int().positive(),
  guestId: z.string(),
});

export const conversionSchema = z.object({
  image: z.string(),
  /** Asks for a node with KVM; without it the conversion's appliance is emulated, which is some ten times slower. */
  kvm: z.boolean(),
  /** The volume for what is written before it is known to be right. */
  scratch: z.object({ storageClass: z.string(), requestBytes: z.number().int().positive() }),
});

export const frozenVmSchema = z.object({
  plan: nameRef,
  source: sourceRefSchema,
  target: targetRefSchema,
  vcenterUuid: z.string(),
  vm: z.object({
    moref: z.string(),
    name: z.string(),
    inventoryPath: z.string(),
    instanceUuid: z.string(),
    biosUuid: z.string(),
    /** Power state when the plan was frozen; decides whether the target is started. */
    powerState: powerStateSchema,
  }),
  /** Where the VirtualMachine and everything of it is made. */
  namespace: z.string(),
  targetName: z.string(),
  /** Base of every other object's name; see `names.ts`. */
  baseName: z.string(),
  /** Whether the target runs at the end: the plan's wish, else what the source did. */
  startTarget: z.boolean(),
  /** Null: the disks are started as they are, on devices that every guest knows. */
  conversion: conversionSchema.nullable(),
  hardware: hardwareSchema,
  disks: z.array(frozenDiskSchema),
  nics: z.array(frozenNicSchema),
  /** The plan's placement and labels for the target VM. */
  labels: z.record(z.string(), z.string()),
  nodeSelector: z.record(z.string(), z.string()),
  policy: policySchema,
});

export type SourceRef = z.infer<typeof sourceRefSchema>;
export type TargetRef = z.infer<typeof targetRefSchema>;
export type CopyMethod = z.infer<typeof copyMethodSchema>;
export type PluginMethod = Extract<CopyMethod, { kind: 'plugin' }>;
export type FrozenDisk = z.infer<typeof frozenDiskSchema>;
export type FrozenNic = z.infer<typeof frozenNicSchema>;
export type FrozenVm = z.infer<typeof frozenVmSchema>;
export type VerifyPolicy = z.infer<typeof verifySchema>;
export type MigrationPolicy = z.infer<typeof policySchema>;

/** Whether a disk that goes so may be imported, be it only where its plugin fails. */
export function mayImport(method: CopyMethod): boolean {
  return method.kind === 'import' || method.fallback === 'import';
}

export { vmRef, type VmRef } from './vm-ref';

/**
 * A frozen plan: every question answered before anything is touched.
 *
 * One {@link FrozenVm} is the whole input of `migrateVm`. It holds names of Secrets, never their values,
 * and nothing in it is looked up again under another name later.
 */
import { z } from 'zod';
import {
  COUNTS,
  LARGEST_DISK_BYTES,
  LARGEST_VOLUME_BYTES,
  LONGEST_MESSAGE,
  LONGEST_NAME,
  LONGEST_PARK_SECONDS,
  LONGEST_PATH,
  LONGEST_WAIT_SECONDS,
  MOST_DISKS,
  MOST_HOSTS,
  MOST_NICS,
  MOST_SHARERS,
} from './field-limits';
import { FAILURES, type FailureKind } from './failures';
import { affinitySchema } from './affinity';
import { HOOK_STEPS, playbookSchema } from './hooks';
import { labelFault } from './check-labels';
import { guestCardSchema, pciSlotSchema } from './guest-network';
import { instanceTypeSchema } from './instance-type';
import { accessModeSchema, diskBusSchema, powerStateSchema, volumeModeSchema } from './inventory';
import {
  dnsLabel,
  imageReference,
  labelsSchema,
  linePattern,
  manifestName,
  objectName,
  varsSchema,
} from './manifests/common';
import { frozenWindowsSchema } from './manifests/windows';
import { BASE_NAME_LIMIT } from './names';
import { varFault } from './plugin-vars';
import { frozenPodResources } from './pod-resources';
import { urlFault, type ProviderType } from './provider-url';
import { areNoteLabels, isNoteKey, LONGEST_ATTRIBUTE, MOST_NOTES, NOTE_RULE } from './source-notes';
import { transferNetworkSchema } from './transfer-network';
import { vddkConfigSchema } from './vddk-config';

const text = (most: number) => z.string().max(most);

/** Of a manifest. */
const nameRef = z.object({ namespace: dnsLabel, name: manifestName });
/** Of a Secret or a ConfigMap. */
const objectRef = z.object({ namespace: dnsLabel, name: objectName });

/** Of a Provider. The worker's own cluster needs none. */
export function urlSchema(type: ProviderType) {
  return z.string().superRefine((value, context) => {
    const fault = type === 'openshift' && value === '' ? null : urlFault(type, value);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault.remedy, params: fault });
  });
}

/** Ids that vCenter gives become labels, and parts of workflow ids. */
const sourceId = z
  .string()
  .regex(
    /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/,
    'give at most 63 letters, digits, dashes, dots and underscores, beginning and ending with a letter or digit',
  );
const uuid = z.string().regex(/^[-A-Za-z0-9]{0,64}$/, 'give a UUID');

/** vSphere's device key. */
const deviceKey = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);

const count = (field: keyof typeof COUNTS) => z.number().int().min(COUNTS[field][0]).max(COUNTS[field][1]);

/** Place among the devices that the source boots from, from 1; absent: it is none of them, or the source does not say. */
const bootPlace = z
  .number()
  .int()
  .min(1)
  .max(MOST_DISKS + MOST_NICS)
  .optional();

/** An ESXi host of the vCenter at which importers read the disks of its VMs. */
const importHostSchema = z.object({
  moref: sourceId,
  /** `https://192.0.2.11/sdk`. */
  url: urlSchema('vsphere'),
  /** Secret with a login of the host itself, and ca.crt or thumbprint. */
  secret: objectRef,
});

/** No two are one host, or one address: a login is chosen by the address that an import reads at. */
const importHostsSchema = z
  .array(importHostSchema)
  .min(1)
  .max(MOST_HOSTS)
  .superRefine((hosts, context) => {
    for (const field of ['moref', 'url'] as const) {
      hosts.forEach((host, place) => {
        if (hosts.findIndex((other) => other[field] === host[field]) === place) return;
        context.addIssue({ code: 'custom', path: [place, field], message: 'give each host one of its own' });
      });
    }
  });

/** How to reach the source: read by activities only. */
export const sourceRefSchema = z.object({
  provider: nameRef,
  /** `https://vcenter.example.com/sdk`. */
  url: urlSchema('vsphere'),
  /** Secret with user, password and ca.crt or thumbprint. */
  secret: objectRef,
  /** VDDK image for imports; null leaves it to CDI's ConfigMap. */
  vddkImage: imageReference.nullable(),
  /** Options of VDDK for imports. Absent: its own defaults. */
  vddkConfig: vddkConfigSchema.optional(),
  /** The address is that of a single ESXi host. Absent: of a vCenter. */
  sdkEndpoint: z.literal('esxi').optional(),
  /** One for each ESXi host at which importers read disks. Absent: they read all of them at the vCenter. */
  hosts: importHostsSchema.optional(),
});

/** How to reach the target cluster. An empty URL means the worker's own cluster. */
export const targetRefSchema = z.object({
  provider: nameRef,
  url: urlSchema('openshift'),
  secret: objectRef.nullable(),
});

/** How a disk's bytes reach its volume. */
export const copyMethodSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('import'),
    /** The plugin that the disk's datastore is mapped to, where it can't copy this disk, and why not. */
    insteadOf: z.object({ image: imageReference, why: text(LONGEST_MESSAGE) }).optional(),
  }),
  z.object({
    kind: z.literal('plugin'),
    /** As the map has it. */
    image: imageReference,
    /** What runs: `registry.example.com/vendor/offload@sha256:…`; absent where only the tag is known. */
    pinnedImage: imageReference.optional(),
    /** Secret of the target namespace to pull with; absent: those of its ServiceAccount. */
    imagePullSecret: objectName.optional(),
    vars: varsSchema.superRefine((vars, context) => {
      for (const name of Object.keys(vars)) {
        const fault = varFault(name);
        if (fault !== null) context.addIssue({ code: 'custom', message: fault.remedy, params: fault });
      }
    }),
    /** The vendor's own Secret in the target namespace, if it wants one. */
    secret: objectName.optional(),
    /** What becomes of the disk when its plugin refuses it, or has failed for good. Absent: `none`. */
    fallback: z.enum(['none', 'import']).optional(),
    /** Whether the plugin's Pod has the target volume. Absent: it has. */
    attachTarget: z.boolean().optional(),
    /** What its Pod asks for. Absent: our defaults. */
    resources: frozenPodResources.optional(),
  }),
]);

/** Another VM that writes a disk, too. */
const diskUserSchema = z.object({ moref: sourceId, name: text(LONGEST_NAME) });

/** Each has its own moref. */
const sharersSchema = z
  .array(diskUserSchema)
  .min(1)
  .max(MOST_SHARERS)
  .superRefine((sharers, context) => {
    sharers.forEach(({ moref }, place) => {
      if (sharers.findIndex((other) => other.moref === moref) === place) return;
      context.addIssue({ code: 'custom', path: [place, 'moref'], message: 'name each VM once' });
    });
  });

export const frozenDiskSchema = z.object({
  key: deviceKey,
  /** Position among the VM's disks, from 0: order of controllers and units, the order that the guest saw. */
  index: z
    .number()
    .int()
    .min(0)
    .max(MOST_DISKS - 1),
  bus: diskBusSchema,
  basePath: text(LONGEST_PATH),
  currentPath: text(LONGEST_PATH),
  datastore: text(LONGEST_NAME),
  /** Its moref, which a new name does not change. Absent: frozen by a version that did not keep it. */
  datastoreId: text(LONGEST_NAME).optional(),
  serial: text(LONGEST_NAME).nullable(),
  /** Exact size of the source; comparisons cover this many bytes. */
  capacityBytes: z.number().int().positive().max(LARGEST_DISK_BYTES),
  /** What the PVC asks for: capacity rounded up to 1 MiB, plus file-system overhead where that is the mode. */
  requestBytes: z.number().int().positive().max(LARGEST_VOLUME_BYTES),
  storageClass: objectName,
  volumeMode: volumeModeSchema,
  accessMode: accessModeSchema,
  method: copyMethodSchema,
  /** The network that its copier has. Absent: the Pod network alone. */
  transferNetwork: transferNetworkSchema.optional(),
  /** ServiceAccount of the target namespace that its copier runs as, whose owner has to agree. Absent: the default one. */
  serviceAccount: objectName.optional(),
  /** Name of the disk's PVC, and of its DataVolume where it is imported. */
  volumeName: dnsLabel,
  /** What the VirtualMachine calls it. Absent: `disk-` and its index. */
  deviceName: dnsLabel.optional(),
  /** The VirtualMachine has it as a LUN, to which the guest talks SCSI, and which it may reserve. Absent: as a disk. */
  lun: z.object({ reservation: z.boolean() }).optional(),
  bootOrder: bootPlace,
  /** The other VMs that have this disk: all of them are off until their targets have it. Absent: no other VM has it. */
  sharedWith: sharersSchema.optional(),
});

/** A shared disk that another VM's migration copies. The VM's own migration only attaches its volume. */
export const attachedDiskSchema = frozenDiskSchema
  .pick({
    key: true,
    index: true,
    bus: true,
    basePath: true,
    currentPath: true,
    datastore: true,
    datastoreId: true,
    serial: true,
    capacityBytes: true,
    storageClass: true,
    /** Of the owner's disk. */
    volumeName: true,
    deviceName: true,
    bootOrder: true,
  })
  .extend({
    /** The VM whose migration copies the disk. */
    owner: diskUserSchema,
    /** All other VMs that have this disk, the owner among them. */
    sharedWith: sharersSchema,
  });

export const frozenNicSchema = z.object({
  key: deviceKey,
  macAddress: z.string().regex(/^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$/, 'give a MAC address'),
  /** `startConnected` on the source. */
  connected: z.boolean(),
  sourceNetwork: text(LONGEST_NAME),
  /** Its moref, which a new name does not change. Absent: frozen by a version that did not keep it. */
  sourceNetworkId: text(LONGEST_NAME).optional(),
  network: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('pod') }),
    z.object({ kind: z.literal('multus'), namespace: dnsLabel, name: objectName }),
  ]),
  /** What the VirtualMachine calls it. Absent: `nic-` and its place. */
  deviceName: dnsLabel.optional(),
  bootOrder: bootPlace,
  pciSlot: pciSlotSchema.optional(),
  /** What VMware Tools reported of it when the plan was frozen; absent: nothing. */
  guest: guestCardSchema.optional(),
});

/** A network card that the map ignores: known, so that nobody takes it for one that was added since. */
const leftOutNicSchema = frozenNicSchema.pick({ key: true, sourceNetwork: true, sourceNetworkId: true });

/** What the source VM has and its target does not. The source is compared with the frozen VM by it, too. */
const leftOutSchema = z.object({ nics: z.array(leftOutNicSchema).max(MOST_NICS) });

/** Seconds that one step may take. */
const wait = z.number().int().positive().max(LONGEST_WAIT_SECONDS);
const timeoutSeconds = wait;

/** What counts as the guest being up, and how long it may take. */
export const verifySchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('none') }),
  z.object({ by: z.literal('agent'), timeoutSeconds }),
  z.object({ by: z.literal('console'), pattern: linePattern, timeoutSeconds }),
  z.object({ by: z.literal('port'), port: count('port'), timeoutSeconds }),
  z.object({ by: z.literal('network'), timeoutSeconds }),
]);

/** What a plan may have Drover do with a VM that can not go on, instead of parking it. */
const onFailureSchema = z.partialRecord(
  z.enum(Object.keys(FAILURES) as [FailureKind, ...FailureKind[]]),
  z.enum(['abort', 'skip']),
);

/** The VM-wide decisions of `spec.drover` and the plan, with every default filled in. Durations are seconds. */
export const policySchema = z.object({
  maxConcurrentDisks: count('maxConcurrentDisks'),
  /** How long the guest may take to shut down before `onShutdownTimeout` applies. */
  shutdownTimeoutSeconds: wait,
  onShutdownTimeout: z.enum(['powerOff', 'park']),
  /** Attempts at one disk by a plugin before the VM parks. */
  copyAttempts: count('copyAttempts'),
  /** How often CDI's importer may restart before the VM parks. */
  importRestarts: count('importRestarts'),
  /** Longest time for one attempt at a disk; an import is one attempt. */
  copyDeadlineSeconds: wait,
  /** An attempt fails if its plugin's Pod or its importer has not started after this time; absent: it never fails for that. */
  copyStartDeadlineSeconds: wait.optional(),
  /** Drover warns of a plugin that has reported no progress for this time; absent: Drover never warns. */
  stallWarningSeconds: wait.optional(),
  /** An attempt fails if the plugin has reported no progress for this time; absent: it never fails for that. */
  stallDeadlineSeconds: wait.optional(),
  convertDeadlineSeconds: wait,
  /** An attempt fails if the conversion's Pod has not started after this time; absent: it never fails for that. */
  convertStartDeadlineSeconds: wait.optional(),
  /** Attempts at the conversion that may be lost (a node, a killed Pod) before the VM parks. */
  convertAttempts: count('convertAttempts'),
  onUnconvertible: z.enum(['park', 'startUnconverted']),
  /** By failure kind; absent, or without the kind: the VM parks. */
  onFailure: onFailureSchema.optional(),
  /** How long volumes may take to bind. */
  bindDeadlineSeconds: wait,
  /** How long the target VM may take to run. */
  startDeadlineSeconds: wait,
  verify: verifySchema,
  /** How long a parked VM waits for an operator before it is aborted. */
  parkDeadlineSeconds: z.number().int().positive().max(LONGEST_PARK_SECONDS),
  /** ConfigMap of the target namespace with the authorities of registries. Absent: none. */
  registryCa: objectName.optional(),
  /** A changed image that the worker can't look at runs as the nodes find it. Absent: it is refused. */
  onUncheckedImage: z.literal('warn').optional(),
  /** After so long the target is final, and is not rolled back any more; absent: never by itself. */
  finalizeAfterSeconds: z.number().int().positive().max(LONGEST_PARK_SECONDS).optional(),
  /** The source is stopped only while one of them is open; absent: at any time. */
  cutoverWindows: frozenWindowsSchema.optional(),
});

/** Several times what vSphere gives one VM. */
const MOST_CORES = 4_096;
const MOST_MEMORY_MIB = 2 ** 27;

export const hardwareSchema = z.object({
  firmware: z.enum(['bios', 'efi']),
  secureBoot: z.boolean(),
  tpm: z.boolean(),
  sockets: z.number().int().positive().max(MOST_CORES),
  coresPerSocket: z.number().int().positive().max(MOST_CORES),
  memoryMiB: z.number().int().positive().max(MOST_MEMORY_MIB),
  guestId: text(LONGEST_NAME),
  /** Whether the guest may run virtual machines itself, where its node can. Absent: nobody said, and KubeVirt decides. */
  nestedVirtualization: z.boolean().optional(),
});

export const conversionSchema = z.object({
  image: imageReference,
  /** Asks for a node with KVM; without it the conversion's appliance is emulated, which is some ten times slower. */
  kvm: z.boolean(),
  /** What opens the guest's encrypted disks. Absent: nothing. */
  keys: z
    .object({
      /** With passphrases, one under each key; in the worker's own cluster. */
      secret: objectRef.optional(),
      /** By Clevis, over the network. */
      clevis: z.literal(true).optional(),
    })
    .optional(),
  /** ConfigMap with scripts that customize the guest; in the worker's own cluster. Absent: none. */
  scripts: objectRef.optional(),
  /** The volume for what is written before it is known to be right. */
  scratch: z.object({
    storageClass: objectName,
    requestBytes: z.number().int().positive().max(LARGEST_VOLUME_BYTES),
  }),
});

/** What no two disks of one VM may have in common: one would be written over the other. */
const OWN_FIELDS = ['key', 'index', 'volumeName'] as const;
type OwnFields = Pick<FrozenDisk, (typeof OWN_FIELDS)[number]>;

/** Also of a list whose disks come after others of the VM. */
function requireOwnFields(
  disks: readonly OwnFields[],
  context: z.core.$RefinementCtx,
  { before = [], path = [] }: { before?: readonly OwnFields[]; path?: PropertyKey[] } = {},
): void {
  const all = [...before, ...disks];
  for (const field of OWN_FIELDS) {
    disks.forEach((disk, place) => {
      if (all.findIndex((other) => other[field] === disk[field]) === before.length + place) return;
      const message = 'give each disk one of its own';
      context.addIssue({ code: 'custom', path: [...path, place, field], message });
    });
  }
}

const disksSchema = z
  .array(frozenDiskSchema)
  .min(1)
  .max(MOST_DISKS)
  .superRefine((disks, context) => requireOwnFields(disks, context));

const attachedSchema = z
  .array(attachedDiskSchema)
  .min(1)
  .max(MOST_DISKS)
  .superRefine((disks, context) => {
    disks.forEach(({ owner, sharedWith }, place) => {
      if (sharedWith.some(({ moref }) => moref === owner.moref)) return;
      const message = 'give one of the VMs in sharedWith';
      context.addIssue({ code: 'custom', path: [place, 'owner', 'moref'], message });
    });
  });

const soundLabels = labelsSchema.superRefine((labels, context) => {
  for (const [key, value] of Object.entries(labels)) {
    const fault = labelFault(key, value);
    if (fault === null) continue;
    context.addIssue({ code: 'custom', path: [key], message: fault.remedy, params: fault });
  }
});

/** As `notesOf` makes them. */
const sourceNotesSchema = z.object({
  labels: labelsSchema.refine(areNoteLabels, NOTE_RULE),
  annotations: z
    .record(z.string(), z.string().max(LONGEST_ATTRIBUTE))
    .refine((annotations) => Object.keys(annotations).every(isNoteKey), NOTE_RULE)
    .refine((annotations) => Object.keys(annotations).length <= MOST_NOTES, `give at most ${MOST_NOTES}`),
});

/** An image that runs as a Job at one point of the migration. It gets no login of ours. */
const frozenHookSchema = z.object({
  step: z.enum(HOOK_STEPS),
  /** Of its manifest. */
  ...nameRef.shape,
  image: imageReference,
  /** What runs; absent where only the tag is known. */
  pinnedImage: imageReference.optional(),
  /** Base64. Absent: the image runs as it is. */
  playbook: playbookSchema.optional(),
  /** Of the target namespace, whose owner has to agree. Absent: the Pod has no token. */
  serviceAccount: objectName.optional(),
  /** Of one attempt. */
  deadlineSeconds: wait,
  attempts: count('hookAttempts'),
  /** What its Pod asks for. Absent: our defaults. */
  resources: frozenPodResources.optional(),
});

/** One for each step. */
const hooksSchema = z
  .array(frozenHookSchema)
  .max(HOOK_STEPS.length)
  .superRefine((hooks, context) => {
    hooks.forEach(({ step }, place) => {
      if (hooks.findIndex((other) => other.step === step) === place) return;
      context.addIssue({ code: 'custom', path: [place, 'step'], message: 'give each step one hook' });
    });
  });

/** The fields of a {@link frozenVmSchema}, for schemas of some of them. */
export const frozenVmFields = z.object({
  plan: nameRef,
  source: sourceRefSchema,
  target: targetRefSchema,
  vcenterUuid: sourceId,
  vm: z.object({
    moref: sourceId,
    name: text(LONGEST_NAME).min(1),
    inventoryPath: text(LONGEST_PATH),
    instanceUuid: uuid,
    biosUuid: uuid,
    /** Power state when the plan was frozen; decides whether the target is started. */
    powerState: powerStateSchema,
  }),
  /** Where the VirtualMachine and everything of it is made. */
  namespace: dnsLabel,
  targetName: dnsLabel,
  /** Base of every other object's name; see `names.ts`. */
  baseName: dnsLabel.max(BASE_NAME_LIMIT),
  /** Whether the target runs at the end: the plan's wish, else what the source did. */
  startTarget: z.boolean(),
  /** Null: the disks are started as they are. */
  conversion: conversionSchema.nullable(),
  hardware: hardwareSchema,
  /** What gives the target its CPUs and memory. Absent: `hardware`. */
  instanceType: instanceTypeSchema.optional(),
  /** VirtualMachineClusterPreference of its guest. Absent: none. */
  preference: objectName.optional(),
  /** What the plan has it boot from. Absent: the disk that the conversion finds, else the source's. */
  rootDisk: z
    .object({
      /** As {@link frozenDiskSchema}'s. */
      index: z
        .number()
        .int()
        .min(0)
        .max(MOST_DISKS - 1),
      /** Of several systems the one that is converted. */
      partition: z
        .string()
        .regex(/^\/dev\/sd[a-z]{1,2}[1-9]\d{0,2}$/, 'give a partition, as /dev/sda2')
        .optional(),
    })
    .optional(),
  /** Devices of a guest that is not converted, as the plan has it. Absent: those that every guest knows. */
  unconvertedDevices: z.literal('virtio').optional(),
  /** Bus of the disks of a guest that is not converted, as the plan has it. Absent: as its devices are. */
  diskBus: z.enum(['scsi', 'sata']).optional(),
  disks: disksSchema,
  /** Shared disks that other VMs' migrations copy. Absent: none. */
  attached: attachedSchema.optional(),
  /** Null is what the `temporal` command makes of an empty list. */
  nics: z
    .array(frozenNicSchema)
    .max(MOST_NICS)
    .nullable()
    .transform((nics) => nics ?? []),
  /** Absent: nothing is left out, or the VM was frozen by a version that did not keep it. */
  leftOut: leftOutSchema.optional(),
  /** The plan's placement and labels for the target VM. */
  labels: soundLabels,
  nodeSelector: soundLabels,
  /** Absent: none. */
  affinity: affinitySchema.optional(),
  /** The plan's word on Pods that convert. Absent: nothing but our own labels, on the VM's nodes. */
  convertor: z
    .object({
      labels: soundLabels.optional(),
      nodeSelector: soundLabels.optional(),
      affinity: affinitySchema.optional(),
    })
    .optional(),
  /** What the plan says of Pods; those of plugins have it with their disks. Absent: our defaults. */
  podResources: z
    .object({
      binder: frozenPodResources.optional(),
      probe: frozenPodResources.optional(),
      conversion: frozenPodResources.optional(),
    })
    .optional(),
  policy: policySchema,
  /** Its place among all VMs that wait for transfer slots: higher goes first. Absent: the default of a wave. */
  priority: count('wave.priority').optional(),
  /** It is migrated although it was before, and the former target is gone. Absent: a record of that ends the migration. */
  again: z.literal(true).optional(),
  /** It keeps what an unfinished run of its migration has left, as far as that is proven. Absent: it parks there. */
  adopt: z.literal(true).optional(),
  /** The plan leaves it to the source whether the target starts, and the source was off when the plan was frozen. */
  startsAsSource: z.literal(true).optional(),
  /** Its conversion sees to it that the guest keeps its network. Absent: the plan does not want that. */
  keepNetwork: z.literal(true).optional(),
  /** ServiceAccount of the target namespace that its binder and conversions run as. As with disks. */
  serviceAccount: objectName.optional(),
  /** Labels and annotations of the VirtualMachine that come from what the vCenter notes on the source. Absent: none. */
  sourceNotes: sourceNotesSchema.optional(),
  /** Absent: it has none. */
  hooks: hooksSchema.optional(),
});

export const frozenVmSchema = frozenVmFields.superRefine(({ vm, disks, attached = [] }, context) => {
  requireOwnFields(attached, context, { before: disks, path: ['attached'] });
  for (const [list, ofList] of [
    ['disks', disks],
    ['attached', attached],
  ] as const) {
    ofList.forEach(({ sharedWith = [] }, place) => {
      if (!sharedWith.some(({ moref }) => moref === vm.moref)) return;
      const message = 'name other VMs only';
      context.addIssue({ code: 'custom', path: [list, place, 'sharedWith'], message });
    });
  }
});

/** Fields of a frozen VM that say where its objects are and whose they are; see `vm-ref.ts`. */
export const VM_REF_FIELDS = {
  plan: true,
  source: true,
  target: true,
  vcenterUuid: true,
  namespace: true,
  targetName: true,
  baseName: true,
} as const;

/** The part of a frozen VM that most activities need; see `vm-ref.ts`. */
export const vmRefSchema = frozenVmFields
  .pick(VM_REF_FIELDS)
  .extend(frozenVmFields.shape.vm.pick({ moref: true, name: true }).shape);

/** A VM of a plan that was migrated before: a run leaves it alone. */
export const migratedVmSchema = z.object({
  vcenterUuid: z.string(),
  vm: z.object({ moref: z.string(), name: z.string() }),
  target: z.object({ namespace: z.string(), name: z.string() }),
  /** The plan that it was migrated by. */
  plan: z.object({ namespace: z.string(), name: z.string() }),
  /** When its migration was finished, ISO 8601; null where nothing says. */
  at: z.string().nullable(),
  disks: z.number().int(),
  /** False where its VirtualMachine is gone since, and only Temporal's record is left. */
  targetStands: z.boolean(),
});

export type MigratedVm = z.infer<typeof migratedVmSchema>;
export type ImportHost = z.infer<typeof importHostSchema>;
export type SourceRef = z.infer<typeof sourceRefSchema>;
export type TargetRef = z.infer<typeof targetRefSchema>;
export type CopyMethod = z.infer<typeof copyMethodSchema>;
export type PluginMethod = Extract<CopyMethod, { kind: 'plugin' }>;
export type FrozenDisk = z.infer<typeof frozenDiskSchema>;
export type AttachedDisk = z.infer<typeof attachedDiskSchema>;
/** A VM that has a disk together with others. */
export type DiskSharer = z.infer<typeof diskUserSchema>;
export type FrozenHook = z.infer<typeof frozenHookSchema>;
export type FrozenNic = z.infer<typeof frozenNicSchema>;
export type LeftOut = z.infer<typeof leftOutSchema>;
export type FrozenVm = z.infer<typeof frozenVmSchema>;
export type VerifyPolicy = z.infer<typeof verifySchema>;
export type MigrationPolicy = z.infer<typeof policySchema>;

/** What runs as a hook. */
export function hookImage({ image, pinnedImage = image }: FrozenHook): string {
  return pinnedImage;
}

/** Whether a disk with this copy method may be imported: always, or as the fallback of its plugin. */
export function mayImport(method: CopyMethod): boolean {
  return method.kind === 'import' || method.fallback === 'import';
}

/** Disks of a source, as far as it matters which images copy them. */
interface Copied {
  source: Pick<SourceRef, 'vddkImage'>;
  disks: readonly Pick<FrozenDisk, 'method'>[];
}

/** The images that get the vCenter login by a plan: offload plugins, and the VDDK image of importers. */
export function imagesGivenLogin({ source, disks }: Copied): string[] {
  const plugins = disks.flatMap(({ method }) =>
    method.kind === 'plugin' ? [method.pinnedImage ?? method.image] : [],
  );
  return [...new Set([...plugins, ...vddkImages({ source, disks })])];
}

/** The Provider's VDDK image, if any of these disks may be imported. */
export function vddkImages({ source, disks }: Copied): string[] {
  return source.vddkImage !== null && disks.some(({ method }) => mayImport(method)) ? [source.vddkImage] : [];
}

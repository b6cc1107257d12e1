/** `spec.drover`: our own settings of a Plan. Durations are written as `90s`, `5m`, `2h`, `7d` and parsed to seconds. */
import { z } from 'zod';
import {
  COUNTS,
  inDays,
  LONGEST_NAME,
  LONGEST_PARK_SECONDS,
  LONGEST_WAIT_SECONDS,
  MOST_PREFERENCES,
} from '../field-limits';
import { acknowledgeSchema } from './acknowledge';
import { imageReference, linePattern, objectName, optionalObjectName } from './common';
import { durationSchema, durationUpTo } from './duration';
import { fields } from './fields';
import { onFailureSchema } from './on-failure';
import { podResourcesSchema } from './pod-resources';
import { waveSchema } from './wave';

/** Built from images/conversion. */
export const DEFAULT_CONVERSION_IMAGE = 'drover/conversion:0.1.0';

/**
 * A getty's greeting. Its prompt ends without a newline, and KubeVirt's console log has whole lines only; so this looks
 * for what comes before it: `Debian GNU/Linux 12 web ttyS0`, `Kernel 5.14.0 on an x86_64`, `… (ttyS0).`;
 * not for what a kernel or systemd says of the port, in lines that begin with a bracket.
 */
export const CONSOLE_UP = String.raw`login:|^\s*(?:[^\s\[].*)?(?:[\s/]ttyS0|\(ttyS0\)\.?)\s*$|^Kernel \S+ on an \S+\s*$`;

const count = (field: keyof typeof COUNTS) => z.number().int().min(COUNTS[field][0]).max(COUNTS[field][1]);

const verifySchema = fields({
  /**
   * `agent`: the guest agent answers; `console`: a line of the serial console matches; `port`: a TCP port opens; `network`:
   * the guest agent reports the addresses that the source had.
   */
  by: z.enum(['none', 'agent', 'console', 'port', 'network']).default('none'),
  /** For `console`: a regular expression, tried on each whole line. */
  pattern: linePattern.default(CONSOLE_UP),
  /** For `port`. */
  port: count('port').default(22),
  timeout: durationSchema.prefault('10m'),
});

/** By vSphere's guest id. */
const preferencesSchema = z
  .record(z.string().max(LONGEST_NAME), objectName)
  .refine((given) => Object.keys(given).length <= MOST_PREFERENCES, `give at most ${MOST_PREFERENCES}`);

export const droverSettingsSchema = fields({
  /** VMs of this plan in flight at once. */
  maxConcurrentVms: count('maxConcurrentVms').default(10),
  /** Order, canaries and gate; see docs/manifests.md. */
  wave: waveSchema.prefault({}),
  /** Policies that are known and lived with; see docs/policies.md. */
  acknowledge: acknowledgeSchema,
  /** Disks of one VM copied at once. */
  maxConcurrentDisks: count('maxConcurrentDisks').default(4),
  /** How long a guest may take to shut down before `onShutdownTimeout` applies. */
  shutdownTimeout: durationSchema.prefault('5m'),
  /** `park` waits for an operator; `powerOff` cuts the power, which a guest sees as a crash. */
  onShutdownTimeout: z.enum(['park', 'powerOff']).default('park'),
  /** Attempts at one disk by a plugin before the VM parks. */
  copyAttempts: count('copyAttempts').default(3),
  /** Restarts of CDI's importer before the VM parks. */
  importRestarts: count('importRestarts').default(3),
  copyDeadline: durationSchema.prefault('24h'),
  /** A plugin's Pod or CDI's importer that is kept from starting for so long (its image, a node, a quota) fails its attempt. */
  copyStartDeadline: durationSchema.prefault('5m'),
  /** A plugin that has reported progress, and reports no more for so long, is warned of. */
  stallWarning: durationSchema.prefault('10m'),
  /** An attempt without progress for this time fails; `never`: only `copyDeadline` ends it. */
  stallDeadline: z
    .union(
      [z.literal('never'), durationSchema],
      `give never, or a duration as 30m, of at most ${inDays(LONGEST_WAIT_SECONDS)}`,
    )
    .default('never'),
  convertDeadline: durationSchema.prefault('2h'),
  /** A conversion's Pod that is kept from starting for so long (its image, a node, a quota) fails its attempt. */
  convertStartDeadline: durationSchema.prefault('5m'),
  /** How long volumes may take to bind. */
  bindDeadline: durationSchema.prefault('10m'),
  /** How long the target VM may take to run. */
  startDeadline: durationSchema.prefault('10m'),
  /** Conversions that end without a word (a node lost, a Pod killed) before the VM parks. */
  convertAttempts: count('convertAttempts').default(3),
  /** Attempts at one hook before the VM parks. */
  hookAttempts: count('hookAttempts').default(3),
  /** What becomes of a guest that virt-v2v can't convert: `startUnconverted` gives it devices that every guest knows. */
  onUnconvertible: z.enum(['park', 'startUnconverted']).default('park'),
  /** What becomes of a VM that can not go on, by the kind of its failure; a kind that is absent parks it. */
  onFailure: onFailureSchema.prefault({}),
  /** How the guest proves that it is up. */
  verify: verifySchema.prefault({}),
  /** How long a parked VM waits for an operator before it is aborted. */
  parkDeadline: durationUpTo(LONGEST_PARK_SECONDS).prefault('7d'),
  /** How long after its migration a VM can be rolled back; `never`: until `drover finalize`. */
  finalizeAfter: z
    .union(
      [z.literal('never'), durationUpTo(LONGEST_PARK_SECONDS)],
      `give never, or a duration as 14d, of at most ${inDays(LONGEST_PARK_SECONDS)}`,
    )
    .default('never'),
  /** Image that runs virt-v2v-in-place. */
  conversionImage: imageReference.default(DEFAULT_CONVERSION_IMAGE),
  /** Asks for a node with KVM, as KubeVirt's own machines do. */
  conversionKvm: z.boolean().default(true),
  /** What Drover's own Pods ask of their nodes, and may take; absent: defaults for each. */
  podResources: podResourcesSchema.prefault({}),
  /** Names of VirtualMachineClusterPreferences; guests with another id get none. */
  preferences: preferencesSchema.default({}),
  /** ConfigMap of the target namespace whose `ca.crt` registries are verified with, too; empty for none. */
  registryCa: optionalObjectName,
  /**
   * What becomes of a plan with an image that the worker can't look at: its registry can't be reached, can't be
   * verified, or wants a login that only nodes have. `warn` runs the tag as the nodes find it.
   */
  onUncheckedImage: z.enum(['refuse', 'warn']).default('refuse'),
});

export type DroverSettings = z.infer<typeof droverSettingsSchema>;

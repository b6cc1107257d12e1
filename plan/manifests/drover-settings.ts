/** `spec.drover`: our own settings of a Plan. Durations are written as `90s`, `5m`, `2h`, `7d` and parsed to seconds. */
import { z } from 'zod';
import { durationSchema } from './duration';
import { fields } from './fields';

/** Built from images/conversion. */
export const DEFAULT_CONVERSION_IMAGE = 'drover/conversion:0.1.0';

const count = (least: number, most: number) => z.number().int().min(least).max(most);

export const droverSettingsSchema = fields({
  /** VMs of this plan in flight at once. */
  maxConcurrentVms: count(1, 200).default(10),
  /** Disks of one VM copied at once. */
  maxConcurrentDisks: count(1, 64).default(4),
  /** How long a guest may take to shut down before `onShutdownTimeout` applies. */
  shutdownTimeout: durationSchema.prefault('5m'),
  /** `park` waits for an operator; `powerOff` cuts the power, which a guest sees as a crash. */
  onShutdownTimeout: z.enum(['park', 'powerOff']).default('park'),
  /** Attempts at one disk by a plugin before the VM parks. */
  copyAttempts: count(1, 20).default(3),
  /** Restarts of CDI's importer before the VM parks. */
  importRestarts: count(0, 100).default(3),
  copyDeadline: durationSchema.prefault('24h'),
  convertDeadline: durationSchema.prefault('2h'),
  /** How long volumes may take to bind. */
  bindDeadline: durationSchema.prefault('10m'),
  /** How long the target VM may take to run. */
  startDeadline: durationSchema.prefault('10m'),
  /** How long a parked VM waits for an operator before it is aborted. */
  parkDeadline: durationSchema.prefault('7d'),
  /** Image that runs virt-v2v-in-place. */
  conversionImage: z
    .string()
    .regex(/^\S+$/, 'give an image, without spaces')
    .default(DEFAULT_CONVERSION_IMAGE),
});

export type DroverSettings = z.infer<typeof droverSettingsSchema>;

/** Keys of the VM that are fields of the Plan: how each value is read, and where the frozen VM has it. */
import { z } from 'zod';
import type { FrozenVm, MigrationPolicy } from '../frozen';
import { droverSettingsSchema } from '../manifests/drover-settings';
import { sizeSchema } from '../manifests/size';
import { verifyOf } from '../resolve/policy';
import type { ChangeKey } from './keys';

const { shape } = droverSettingsSchema;

/** A value as people write it; numbers are written as texts on a command line. */
const number = (schema: z.ZodType) =>
  z.preprocess((text) => (typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : text), schema);

interface Setting {
  readonly schema: z.ZodType;
  /** As the record shows it; empty where it is not set. */
  readonly read: (vm: FrozenVm) => string;
  /** @param value as `schema` has read it */
  readonly write: (vm: FrozenVm, value: unknown) => FrozenVm;
}

type SettingKey = Exclude<ChangeKey, `disk.${string}`>;

function ofPolicy(schema: z.ZodType, field: keyof MigrationPolicy, unit = ''): Setting {
  return {
    schema,
    read: ({ policy }) => (policy[field] === undefined ? '' : `${String(policy[field])}${unit}`),
    write: (vm, value) => ({ ...vm, policy: { ...vm.policy, [field]: value } }),
  };
}

const seconds = (schema: z.ZodType, field: keyof MigrationPolicy) => ofPolicy(schema, field, 's');

type Verify = z.infer<typeof droverSettingsSchema>['verify'];

/** What the plan would say of the frozen proof: what it does not need has its default. */
function verifySaid({ policy: { verify } }: FrozenVm): Verify {
  const said = shape.verify.parse({ by: verify.by });
  if (verify.by === 'none') return said;
  const { timeoutSeconds: timeout, ...rest } = verify;
  return { ...said, ...rest, timeout };
}

function ofVerify(field: keyof Verify): Setting {
  const schema = shape.verify.unwrap().shape[field];
  return {
    schema: field === 'port' ? number(schema) : schema,
    read: (vm) => (vm.policy.verify.by === 'none' && field !== 'by' ? '' : String(verifySaid(vm)[field])),
    write: (vm, value) => ({
      ...vm,
      policy: { ...vm.policy, verify: verifyOf({ ...verifySaid(vm), [field]: value }) },
    }),
  };
}

function ofConversion(
  schema: z.ZodType,
  read: (conversion: NonNullable<FrozenVm['conversion']>) => string,
  write: (conversion: NonNullable<FrozenVm['conversion']>, value: unknown) => FrozenVm['conversion'],
): Setting {
  return {
    schema,
    read: ({ conversion }) => (conversion === null ? '' : read(conversion)),
    write: (vm, value) => (vm.conversion === null ? vm : { ...vm, conversion: write(vm.conversion, value) }),
  };
}

export const SETTINGS: Readonly<Record<SettingKey, Setting>> = {
  conversion: {
    ...ofConversion(
      z.literal('skip'),
      () => 'run',
      () => null,
    ),
    read: ({ conversion }) => (conversion === null ? 'skip' : 'run'),
  },
  conversionImage: ofConversion(
    shape.conversionImage.unwrap(),
    ({ image }) => image,
    (conversion, image) => ({ ...conversion, image: String(image) }),
  ),
  // With what the file system takes of it: `change-vm.ts` writes it.
  conversionTempStorageSize: ofConversion(
    sizeSchema,
    ({ scratch }) => `${scratch.requestBytes} bytes`,
    (conversion) => conversion,
  ),
  onUnconvertible: ofPolicy(shape.onUnconvertible.unwrap(), 'onUnconvertible'),
  maxConcurrentDisks: ofPolicy(number(shape.maxConcurrentDisks.unwrap()), 'maxConcurrentDisks'),
  copyAttempts: ofPolicy(number(shape.copyAttempts.unwrap()), 'copyAttempts'),
  importRestarts: ofPolicy(number(shape.importRestarts.unwrap()), 'importRestarts'),
  copyDeadline: seconds(shape.copyDeadline, 'copyDeadlineSeconds'),
  copyStartDeadline: seconds(shape.copyStartDeadline, 'copyStartDeadlineSeconds'),
  stallWarning: seconds(shape.stallWarning, 'stallWarningSeconds'),
  stallDeadline: {
    ...seconds(shape.stallDeadline, 'stallDeadlineSeconds'),
    write: ({ policy: { stallDeadlineSeconds: _, ...policy }, ...vm }, value) => ({
      ...vm,
      policy: { ...policy, ...(value !== 'never' && { stallDeadlineSeconds: Number(value) }) },
    }),
  },
  convertAttempts: ofPolicy(number(shape.convertAttempts.unwrap()), 'convertAttempts'),
  convertDeadline: seconds(shape.convertDeadline, 'convertDeadlineSeconds'),
  convertStartDeadline: seconds(shape.convertStartDeadline, 'convertStartDeadlineSeconds'),
  bindDeadline: seconds(shape.bindDeadline, 'bindDeadlineSeconds'),
  shutdownTimeout: seconds(shape.shutdownTimeout, 'shutdownTimeoutSeconds'),
  onShutdownTimeout: ofPolicy(shape.onShutdownTimeout.unwrap(), 'onShutdownTimeout'),
  startDeadline: seconds(shape.startDeadline, 'startDeadlineSeconds'),
  'verify.by': ofVerify('by'),
  'verify.pattern': ofVerify('pattern'),
  'verify.port': ofVerify('port'),
  'verify.timeout': ofVerify('timeout'),
  parkDeadline: seconds(shape.parkDeadline, 'parkDeadlineSeconds'),
};

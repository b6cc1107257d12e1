/**
 * What a retry may change of a parked VM, as data. A key of the VM is named as its field in the Plan, and takes what that field
 * takes; `disk.N` is the disk with index N.
 */
import { didYouMean } from '../suggest';

/** What is to be changed: the written value by key. */
export type Changes = Record<string, string>;

/** One key as it was and is, as the record keeps it. */
export interface KeptChange {
  key: string;
  /** Empty where it was not set. */
  before: string;
  after: string;
}

/** Of one request. */
export const MOST_CHANGES = 40;
/** Characters of all keys and values of one request together. */
export const LONGEST_CHANGES = 8_192;
/** Characters of a value in the record; the request in Temporal's history has all of it. */
export const LONGEST_KEPT_VALUE = 120;

/** The phase whose work a key changes: once it is done, the change would have no effect. `disk`: the copy of that disk. */
type Until = 'volumes' | 'stop-source' | 'copy' | 'convert' | 'start-vm' | 'verify' | 'tidy' | 'disk';

interface ChangeSpec {
  readonly until: Until;
  /** For people. */
  readonly takes: string;
  readonly does: string;
}

export const CHANGE_KEYS = {
  'disk.N.storageClass': {
    until: 'disk',
    takes: 'a storage class',
    does: 'its volume is removed and made in this class',
  },
  'disk.N.volumeMode': {
    until: 'disk',
    takes: '`Block`, `Filesystem`',
    does: "where the class's StorageProfile offers several, or none",
  },
  'disk.N.accessMode': {
    until: 'disk',
    takes: '`ReadWriteOnce`, `ReadWriteMany`, `ReadWriteOncePod`',
    does: 'likewise',
  },
  'disk.N.image': { until: 'disk', takes: 'an image', does: 'this plugin copies the disk' },
  'disk.N.vars.NAME': { until: 'disk', takes: 'a text', does: 'the plugin gets this variable' },
  'disk.N.fallback': {
    until: 'disk',
    takes: '`import`',
    does: 'the plugin is given up: CDI imports the disk',
  },
  conversion: {
    until: 'convert',
    takes: '`skip`',
    does: 'virt-v2v does not run: the target starts unconverted',
  },
  conversionImage: { until: 'convert', takes: 'an image', does: 'this image runs virt-v2v' },
  conversionTempStorageSize: {
    until: 'convert',
    takes: 'a size, as `8Gi`',
    does: 'the scratch volume is made anew with this size',
  },
  onUnconvertible: {
    until: 'convert',
    takes: '`park`, `startUnconverted`',
    does: "what becomes of a guest that virt-v2v can't convert",
  },
  maxConcurrentDisks: { until: 'copy', takes: 'a number', does: 'disks that are copied at once' },
  copyAttempts: { until: 'copy', takes: 'a number', does: 'attempts of a plugin at one disk' },
  importRestarts: { until: 'copy', takes: 'a number', does: "restarts of CDI's importer" },
  copyDeadline: { until: 'copy', takes: 'a duration, as `2h`', does: 'for one attempt at a disk' },
  copyStartDeadline: { until: 'copy', takes: 'a duration', does: 'until a copier must have started' },
  stallWarning: { until: 'copy', takes: 'a duration', does: 'without progress, until Drover warns' },
  stallDeadline: {
    until: 'copy',
    takes: 'a duration, or `never`',
    does: 'without progress, until the attempt fails',
  },
  convertAttempts: { until: 'convert', takes: 'a number', does: 'conversions that may be lost' },
  convertDeadline: { until: 'convert', takes: 'a duration', does: 'for one attempt at the conversion' },
  convertStartDeadline: { until: 'convert', takes: 'a duration', does: 'until its Pod must have started' },
  bindDeadline: { until: 'volumes', takes: 'a duration', does: 'until all volumes must be bound' },
  shutdownTimeout: { until: 'stop-source', takes: 'a duration', does: 'for the guest to shut down' },
  onShutdownTimeout: {
    until: 'stop-source',
    takes: '`park`, `powerOff`',
    does: 'what happens to a guest that takes longer',
  },
  startDeadline: { until: 'start-vm', takes: 'a duration', does: 'until the target must run' },
  'verify.by': {
    until: 'verify',
    takes: '`none`, `agent`, `console`, `port`, `network`',
    does: 'how the guest proves that it is up',
  },
  'verify.pattern': { until: 'verify', takes: 'a regular expression', does: 'for `console`' },
  'verify.port': { until: 'verify', takes: 'a number', does: 'for `port`' },
  'verify.timeout': { until: 'verify', takes: 'a duration', does: 'until the guest must be up' },
  parkDeadline: { until: 'tidy', takes: 'a duration', does: 'how long the VM waits when it parks again' },
} as const satisfies Record<string, ChangeSpec>;

export type ChangeKey = keyof typeof CHANGE_KEYS;

/** A key as it was written: `disk.1.vars.POOL` is the key `disk.N.vars.NAME` of disk 1. */
export interface MeantKey {
  row: ChangeKey;
  /** Index of the disk. */
  disk?: number;
  /** Of the variable. */
  name?: string;
}

const DISK_KEY = /^disk\.(\d{1,3})\.([^.]+)(?:\.(.+))?$/s;

/** Null where it is none. */
export function meantBy(key: string): MeantKey | null {
  const [, disk, field, name] = DISK_KEY.exec(key) ?? [];
  if (disk === undefined) return isRow(key) && !key.startsWith('disk.') ? { row: key } : null;
  const row = `disk.N.${field}${name === undefined ? '' : '.NAME'}`;
  if (!isRow(row)) return null;
  return { row, disk: Number(disk), ...(name !== undefined && { name }) };
}

/** Keys of one disk fit one VM: disks of other VMs are other disks. */
export function isOfDisk(key: string): boolean {
  return meantBy(key)?.disk !== undefined;
}

/** What to do about a key that is none. */
export function remedyOfKey(key: string): string {
  if (/secret|password|token/i.test(key)) return 'Secrets are named in the plan, and no retry changes them';
  const keys = Object.keys(CHANGE_KEYS);
  return didYouMean(key.replace(/^disk\.\d+/, 'disk.N'), keys, `give one of: ${keys.join(', ')}`);
}

function isRow(key: string): key is ChangeKey {
  return Object.hasOwn(CHANGE_KEYS, key);
}

/**
 * virt-v2v's own words for what it can't convert, turned into reasons that something can be done about.
 *
 * The texts are those of virt-v2v's and libguestfs' sources (convert/, common/options/keys.c and decrypt.c), `since` the
 * release in which they were first read.
 */
import type { Heard } from './listener';

/** Why a guest was not converted. */
export type Reason =
  /** No operating system was found, or none that libguestfs knows. */
  | 'notRecognized'
  /** An operating system that virt-v2v can't convert. */
  | 'unsupported'
  /** Several operating systems, and nobody said which one to convert. */
  | 'multiBoot'
  /** Hibernated, with fast startup, or not cleanly unmounted. */
  | 'unclean'
  /** Encrypted, and no key was given. */
  | 'encrypted'
  /** A Windows for which this image holds no virtio drivers. */
  | 'driversMissing'
  /** Converted, but a script of the plan's could not be run or laid down. */
  | 'customization'
  | 'scratchFull'
  | 'scratchLost'
  | 'stopped'
  | 'failed';

interface Text {
  pattern: RegExp;
  reason: Exclude<Reason, 'customization' | 'scratchLost' | 'stopped' | 'failed'>;
  since: '2.2' | '2.8';
}

/** The first that matches wins: later ones are less specific. */
const ERRORS: readonly Text[] = [
  { pattern: /could not find key to open LUKS encrypted/, reason: 'encrypted', since: '2.2' },
  { pattern: /could not read key from user|BitLocker/i, reason: 'encrypted', since: '2.2' },
  { pattern: /unable to mount the disk image for writing/, reason: 'unclean', since: '2.2' },
  { pattern: /filesystem was mounted read-only, even though we asked/, reason: 'unclean', since: '2.2' },
  { pattern: /NTFS partition is in an unsafe state/, reason: 'unclean', since: '2.2' },
  { pattern: /detected errors on the XFS filesystem/, reason: 'unclean', since: '2.8' },
  { pattern: /libguestfs error: (e2fsck|xfs_repair|btrfs_scrub_full)\b/, reason: 'unclean', since: '2.8' },
  { pattern: /virt-v2v is unable to convert this guest type/, reason: 'unsupported', since: '2.2' },
  { pattern: /this is not an installed operating system/, reason: 'unsupported', since: '2.2' },
  { pattern: /multi-boot operating systems are not supported/, reason: 'multiBoot', since: '2.2' },
  { pattern: /inspection of the package database failed/, reason: 'unsupported', since: '2.2' },
  { pattern: /\/var\/lib\/(dpkg|rpm)\/\S*: No such file or directory/, reason: 'unsupported', since: '2.2' },
  { pattern: /no installed kernel packages were found/, reason: 'unsupported', since: '2.2' },
  { pattern: /no kernels were found in the bootloader configuration/, reason: 'unsupported', since: '2.2' },
  {
    pattern: /there (is|are) no .*drivers? .*for this version of Windows/,
    reason: 'driversMissing',
    since: '2.2',
  },
  { pattern: /cannot open virtio-win ISO file/, reason: 'driversMissing', since: '2.2' },
  { pattern: /inspection could not detect the source guest/, reason: 'notRecognized', since: '2.2' },
  {
    pattern: /insufficient free space in the conversion server temporary/,
    reason: 'scratchFull',
    since: '2.2',
  },
];

/** The reason of a conversion that failed, by what it said last. */
export function reasonOf(lastWords: string): Reason {
  return ERRORS.find(({ pattern }) => pattern.test(lastWords))?.reason ?? 'failed';
}

/**
 * virt-v2v only warns where it has no virtio disk driver for a Windows, and ends with success: the guest would
 * not find its disks. Returns that warning; null where the guest is all right.
 */
export function missingDriver({ os, virtio, warnings }: Heard): string | null {
  const isWindows = /windows/i.test(os ?? '') || warnings.some((text) => DISK_DRIVER.test(text));
  if (virtio !== false || !isWindows) return null;
  return (
    warnings.find((text) => DISK_DRIVER.test(text)) ?? 'virt-v2v found no virtio disk driver for this Windows'
  );
}

/** virt-v2v 2.2 to 2.10: windows_virtio.ml, and libguestfs-common's inject_virtio_win.ml from 2.4 on. */
const DISK_DRIVER = /there are no virtio drivers available|there is no (virtio block device|viostor|vioscsi)/;

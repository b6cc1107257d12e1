/** `rootDisk`: which disk a guest boots from and, with a partition, on which of several systems it is converted. */

export interface RootDisk {
  /** Place among the VM's disks, from 0. */
  index: number;
  /** What virt-v2v calls the partition of the system; absent where the plan names the whole disk. */
  partition?: string;
}

/** Guests name disks by their bus, from `a` to `z`, then from `aa` on; virt-v2v calls all of them `sd`. */
const DEVICE = /^(?:\/dev\/)?[shv]d([a-z]{1,2})([1-9]\d{0,2})?$/;

/** Null for what is no name of a disk or of a partition. */
export function readRootDisk(text: string): RootDisk | null {
  const [, letters, number] = DEVICE.exec(text) ?? [];
  if (letters === undefined) return null;
  const index = [...letters].reduce((count, letter) => count * 26 + letter.charCodeAt(0) - 96, 0) - 1;
  return { index, ...(number !== undefined && { partition: `/dev/sd${letters}${number}` }) };
}

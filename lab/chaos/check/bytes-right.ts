/** Each disk of a migrated VM holds the bytes that it must. */
import type { Check } from './facts';
import { isRemoved } from './nothing-left';

export const bytesRight: Check = ({ vms }) =>
  vms
    .filter(({ outcome, goneBack }) => outcome === 'succeeded' && !isRemoved(goneBack))
    .flatMap(({ name, disks }) =>
      disks
        .filter(({ hashes }) => hashes.expected !== hashes.target)
        .map(({ key, volume, hashes }) => ({
          promise: 'the bytes are right',
          about: `${name} disk ${key}`,
          at: null,
          what: hashes.target === null ? `${volume} has no bytes` : `${volume} holds other bytes`,
        })),
    );

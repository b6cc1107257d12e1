/** Each disk of a migrated VM holds the bytes that it must. */
import type { Check } from './facts';

export const bytesRight: Check = ({ vms }) =>
  vms
    .filter(({ outcome }) => outcome === 'succeeded')
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

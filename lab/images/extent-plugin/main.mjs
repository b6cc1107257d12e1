/**
 * Another vendor's plugin: its array copies whole extents, of EXTENT_MIB of the map's `vars` each. A disk that is not made
 * up of such it refuses, for good; for the rest it does as the example does.
 */
import { writeFileSync } from 'node:fs';

const { CAPACITY_BYTES, EXTENT_MIB } = process.env;

if (Number(CAPACITY_BYTES) % (Number(EXTENT_MIB) * 1024 * 1024) === 0) {
  await import('/plugin/plugin.mjs');
} else {
  const message = `the array copies extents of ${EXTENT_MIB} MiB, and ${CAPACITY_BYTES} bytes are no whole number of them`;
  writeFileSync('/dev/termination-log', JSON.stringify({ error: { message, retryable: false } }));
  process.exitCode = 1;
}

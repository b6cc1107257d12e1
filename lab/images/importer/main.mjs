/**
 * The lab's importer: fills a volume with a disk from vCenter, as CDI's does through VDDK.
 *
 * IMPORTER_ENDPOINT       URL of vCenter's SDK
 * IMPORTER_THUMBPRINT     SHA-1 of its certificate, colon form: nothing is sent to a server that shows another
 * IMPORTER_UUID           of the VM; named in messages only
 * IMPORTER_BACKING_FILE   `[datastore] folder/disk.vmdk`
 * IMPORTER_ACCESS_KEY_ID, IMPORTER_SECRET_KEY  login
 * IMPORTER_IMAGE_SIZE     what the volume was asked for, as `1024Ki`: a larger disk is refused
 * IMPORTER_DC_PATH        datacenter, where there are several
 * LAB_COPY_SECONDS        makes the copy take that long
 *
 * Prints `{"progress": percent, "bytes": n}` a line; ends with `{"bytes": n}` or the reason of its failure as
 * termination message. Each start copies the whole disk again.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openTarget } from './target.mjs';
import { openSource } from './vcenter.mjs';

const PROGRESS_MS = 500;

/** A paced copy waits this long at once, not a moment after each of its many chunks. */
const STEP_MS = 100;

async function run(env) {
  const source = await openSource({
    endpoint: required(env, 'IMPORTER_ENDPOINT'),
    thumbprint: required(env, 'IMPORTER_THUMBPRINT'),
    backingFile: required(env, 'IMPORTER_BACKING_FILE'),
    datacenter: env.IMPORTER_DC_PATH,
    user: required(env, 'IMPORTER_ACCESS_KEY_ID'),
    password: required(env, 'IMPORTER_SECRET_KEY'),
  });
  const limit = parseBytes(env.IMPORTER_IMAGE_SIZE);
  if (source.size > limit) {
    throw new Error(`the disk has ${source.size} bytes, its volume was asked for ${limit}`);
  }
  const target = openTarget(source.size);
  const pace = pacer(source.size, Number(env.LAB_COPY_SECONDS ?? 0) * 1000);
  const report = reporter(source.size);
  let bytes = 0;
  for await (const chunk of source.content) {
    target.write(chunk, bytes);
    bytes += chunk.length;
    report(bytes);
    await pace(bytes);
  }
  if (bytes !== source.size) {
    throw new Error(`the connection ended after ${bytes} of ${source.size} bytes`);
  }
  target.close();
  report(bytes, true);
  return bytes;
}

function required(env, name) {
  if (!env[name]) {
    throw new Error(`${name} is not set`);
  }
  return env[name];
}

/** `1048576` or `1024Ki`; no limit where there is no text. */
function parseBytes(text) {
  const [, digits, unit] = /^(\d+)(Ki|Mi|Gi)?$/.exec(text ?? '') ?? [];
  const factor = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }[unit] ?? 1;
  return digits === undefined ? Infinity : Number(digits) * factor;
}

/** Waits until the copy is no faster than it should be. */
function pacer(total, milliseconds) {
  const started = Date.now();
  return async (bytes) => {
    const early = started + (bytes / total) * milliseconds - Date.now();
    if (early > STEP_MS || (early > 0 && bytes === total)) {
      await delay(early);
    }
  };
}

function reporter(total) {
  let last = 0;
  return (bytes, always = false) => {
    if (always || Date.now() - last >= PROGRESS_MS) {
      last = Date.now();
      console.log(JSON.stringify({ progress: Math.floor((bytes / total) * 1000) / 10, bytes }));
    }
  };
}

// Process 1 of a container ends on no signal that it does not handle.
process.on('SIGTERM', () => process.exit(143));

try {
  const bytes = await run(process.env);
  writeFileSync('/dev/termination-log', JSON.stringify({ bytes }));
} catch (error) {
  const message = `Unable to process data: ${error.message}`;
  console.error(message);
  writeFileSync('/dev/termination-log', message);
  process.exit(1);
}

/**
 * The lab's offload plugin: has the lab's array copy a disk, by version 1 of the plugin contract.
 *
 * Beside the contract's variables the StorageMap's `vars` name ARRAY_URL, the array's HTTP address.
 * A copy of this COPY_ID that still runs is adopted: the Pod that began it is dead, the array's task is not.
 * One that has ended belongs to an attempt whose result was not taken: it is done again.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { arrayAt, PluginError } from './array.mjs';

const POLL_MS = 250;
const REQUIRED = [
  'ARRAY_URL',
  'COPY_ID',
  'BASE_VMDK',
  'CURRENT_VMDK',
  'CAPACITY_BYTES',
  'VOLUME_HANDLE',
  'TARGET_PATH',
];

async function run(env, stopped) {
  checkContract(env);
  const array = arrayAt(env.ARRAY_URL);
  const copyId = env.COPY_ID;
  let copy = await array.find(copyId);
  if (copy?.state === 'running') {
    console.log(`adopting the array's copy ${copyId}`);
  } else {
    if (copy) {
      await array.remove(copyId);
    }
    await array.start({
      copyId,
      source: env.BASE_VMDK,
      volumeHandle: env.VOLUME_HANDLE,
      capacityBytes: Number(env.CAPACITY_BYTES),
    });
  }
  copy = await watch(array, copyId, stopped);
  if (stopped.aborted) {
    await array.remove(copyId);
    throw new PluginError('stopped before the copy was done', true);
  }
  if (copy.state === 'failed') {
    throw new PluginError(copy.error ?? 'the array gave no reason', true);
  }
  return copy.bytesDone;
}

function checkContract(env) {
  const missing = REQUIRED.filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new PluginError(`not set: ${missing.join(', ')}`, false);
  }
  if (env.CONTRACT_VERSION !== '1') {
    throw new PluginError(`contract version ${env.CONTRACT_VERSION} is not 1`, false);
  }
  if (env.BASE_VMDK !== env.CURRENT_VMDK) {
    throw new PluginError(`${env.CURRENT_VMDK} is a snapshot: the array sees only ${env.BASE_VMDK}`, false);
  }
  for (const name of ['accessKeyId', 'secretKey']) {
    const file = `/etc/secret/${name}`;
    if (!existsSync(file) || readFileSync(file).length === 0) {
      throw new PluginError(`the login lacks ${name}`, false);
    }
  }
}

/** The copy once it has ended, or as it is when the plugin is told to stop. */
async function watch(array, copyId, stopped) {
  let reported = -1;
  for (;;) {
    const copy = await array.find(copyId);
    if (!copy) {
      throw new PluginError('the array has forgotten the copy', true);
    }
    if (copy.bytesDone !== reported) {
      reported = copy.bytesDone;
      console.log(JSON.stringify({ bytesDone: copy.bytesDone, bytesTotal: copy.bytesTotal }));
    }
    if (copy.state !== 'running' || stopped.aborted) {
      return copy;
    }
    await delay(POLL_MS, undefined, { signal: stopped }).catch(() => {});
  }
}

function conclude(message, exitCode) {
  const text = JSON.stringify(message);
  (exitCode === 0 ? console.log : console.error)(text);
  writeFileSync('/dev/termination-log', text);
  process.exitCode = exitCode;
}

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

try {
  conclude({ result: { bytes: await run(process.env, stop.signal) } }, 0);
} catch (error) {
  const retryable = error instanceof PluginError ? error.retryable : true;
  conclude({ error: { message: error.message, retryable } }, 1);
}

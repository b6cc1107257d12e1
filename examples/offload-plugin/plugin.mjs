/**
 * A complete offload plugin: it makes a storage array copy one disk, by version 1 of Drover's plugin contract.
 *
 * This plugin speaks HTTP with the array at ARRAY_URL, which the StorageMap gives in `vars`. Put your own array in its
 * place. A plugin needs three things from an array: to start, to find and to stop a copy task by its name.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const { env } = process;
const POLL_MS = 250;

/** A failure, in words that tell an operator what to do. */
class PluginError extends Error {
  constructor(message, { retryable }) {
    super(message);
    this.retryable = retryable;
  }
}

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

try {
  end({ result: { bytes: await copy() } }, 0);
} catch (error) {
  end({ error: { message: error.message, retryable: error.retryable ?? true } }, 1);
}

function end(message, exitCode) {
  writeFileSync('/dev/termination-log', JSON.stringify(message));
  process.exitCode = exitCode;
}

async function copy() {
  if (env.CONTRACT_VERSION !== '1') refuse(`contract version ${env.CONTRACT_VERSION} is not 1`);
  if (env.BASE_VMDK !== env.CURRENT_VMDK)
    refuse(`${env.CURRENT_VMDK} is a snapshot: the array sees base files`);
  if (!env.ARRAY_URL) refuse("ARRAY_URL is not set: give it in the map's vars");
  const array = arrayAt(env.ARRAY_URL);

  // A dead Pod does not end the array's task. Adopt a task that runs. Remove a task that has ended: nobody took its result.
  let task = await array.find(env.COPY_ID);
  if (task && task.state !== 'running') {
    await array.stop(env.COPY_ID);
    task = null;
  }
  if (!task) await array.start();

  for (let said = -1; ; await delay(POLL_MS, null, { signal: stop.signal }).catch(() => {})) {
    if (stop.signal.aborted) {
      await array.stop(env.COPY_ID);
      throw new PluginError('stopped before the copy was done', { retryable: true });
    }
    task = await array.find(env.COPY_ID);
    if (!task) throw new PluginError('the array has forgotten the copy', { retryable: true });
    if (task.bytesDone > said) {
      said = task.bytesDone;
      console.log(JSON.stringify({ bytesDone: said, bytesTotal: task.bytesTotal }));
    }
    if (task.state === 'failed')
      throw new PluginError(task.error || 'the array gave no reason', { retryable: true });
    if (task.state === 'done') return task.bytesDone;
  }
}

function refuse(why) {
  throw new PluginError(why, { retryable: false });
}

function arrayAt(url) {
  const taskPath = (id) => `/copies/${encodeURIComponent(id)}`;
  const ask = async (method, path, body) => {
    const request = { method, headers: login(), body: body && JSON.stringify(body) };
    const answer = await fetch(url + path, request).catch((error) => {
      const why = error.cause?.code ?? error.message;
      throw new PluginError(`the array at ${url} does not answer: ${why}`, { retryable: true });
    });
    if (answer.status === 404 && method !== 'POST') return null;
    const { error = '', ...found } = await answer.json();
    // A refusal (4xx) is final. A fault of the array itself (5xx) may be mended.
    const retryable = answer.status >= 500;
    if (!answer.ok) throw new PluginError(`the array answered ${answer.status}: ${error}`, { retryable });
    return { error, ...found };
  };
  return {
    find: (id) => ask('GET', taskPath(id)),
    /** Resolves when the task writes no more. */
    stop: (id) => ask('DELETE', taskPath(id)),
    start: () =>
      ask('POST', '/copies', {
        copyId: env.COPY_ID,
        source: env.BASE_VMDK,
        volumeHandle: env.VOLUME_HANDLE,
        capacityBytes: Number(env.CAPACITY_BYTES),
      }),
  };
}

/** vCenter's login, because this array asks vCenter whose disk it copies. Never print it. */
function login() {
  const [user, password] = ['accessKeyId', 'secretKey'].map((key) =>
    readFileSync(`/etc/secret/${key}`, 'utf8'),
  );
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

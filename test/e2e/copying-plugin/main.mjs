/** A plugin without an array: it reads the disk from vCenter, and writes it to the volume. Its first attempt fails half way. */
import { open, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { get } from 'node:https';

const { ATTEMPT, CAPACITY_BYTES, CURRENT_VMDK, TARGET_PATH, VCENTER_URL } = process.env;
const total = Number(CAPACITY_BYTES);
const end = ATTEMPT === '1' ? total / 2 : total;

const target = await open(TARGET_PATH, 'r+');
let done = 0;
for await (const chunk of await disk()) {
  const piece = chunk.subarray(0, end - done);
  await target.write(piece, 0, piece.length, done);
  done += piece.length;
  console.log(JSON.stringify({ bytesDone: done, bytesTotal: total }));
  if (done === end) break;
}
await target.sync();
const failure = { error: { message: 'the first attempt always fails', retryable: true } };
await writeFile(
  '/dev/termination-log',
  JSON.stringify(done === total ? { result: { bytes: done } } : failure),
);
process.exit(done === total ? 0 : 1);

/** `[datastore] folder/disk.vmdk` describes the disk; its bytes are in `folder/disk-flat.vmdk`. */
async function disk() {
  const [, datastore, path] = /^\[(.+?)\] (.+)\.vmdk$/.exec(CURRENT_VMDK);
  const url = new URL(`/folder/${path}-flat.vmdk`, VCENTER_URL);
  url.searchParams.set('dsName', datastore);
  const [user, password, ca] = await Promise.all(
    ['accessKeyId', 'secretKey', 'ca.crt'].map((key) => readFile(`/etc/secret/${key}`, 'utf8')),
  );
  const [answer] = await once(get(url, { ca, auth: `${user}:${password}` }), 'response');
  if (answer.statusCode !== 200) throw new Error(`vCenter answered ${answer.statusCode}`);
  return answer;
}

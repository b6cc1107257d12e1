/** An attempt may die between the end of its import and its report. The next one needs no login to say how it ended. */
import { DATA_VOLUMES } from '../../../../activities/kubernetes/api/kinds';
import { runImport } from '../../../../activities/kubernetes/copies/imports';
import { vmRef } from '../../../../plan/vm-ref';
import { BY_IMPORT, frozenVm } from '../../../support/frozen-vm';
import { useWatching } from '../watching';

const watching = useWatching();

/** How an import ends whose DataVolume stands so, and whose login its owner lends to nobody any more. */
async function endOf(status: object | null): Promise<{ end: unknown; writes: string[] }> {
  const frozen = frozenVm({ methods: [BY_IMPORT] });
  const request = { vm: vmRef(frozen), disk: frozen.disks[0]!, maxRestarts: 1, deadlineSeconds: 600 };
  const writes: string[] = [];
  const { scope } = await watching(({ url = '', method = '' }, answer) => {
    if (method !== 'GET' && method !== 'DELETE') writes.push(`${method} ${url}`);
    const isVolume = url.includes(`${DATA_VOLUMES.plural}/${request.disk.volumeName}`);
    if (isVolume && status !== null) return void answer.end(JSON.stringify({ metadata: {}, status }));
    if (method === 'GET') return void answer.writeHead(404).end('{}');
    return void answer.end('{}');
  });
  const refuse = () => Promise.reject(new Error('nobody lends the login'));
  const end: unknown = await runImport(scope, request, refuse).catch((error: unknown) => error);
  return { end, writes };
}

test('one that succeeded is reported, with its restarts', async () => {
  const { end, writes } = await endOf({ phase: 'Succeeded', restartCount: 2 });
  expect(end).toMatchObject({ restarts: 2 });
  expect(writes).toEqual([]);
});

test('one that CDI gave up is reported', async () => {
  const { end, writes } = await endOf({ phase: 'Failed' });
  expect(end).toMatchObject({ type: 'CopyRefused' });
  expect(writes).toEqual([]);
});

test('one whose DataVolume is gone is reported', async () => {
  const { end, writes } = await endOf(null);
  expect(end).toMatchObject({ type: 'VolumeLost' });
  expect(writes).toEqual([]);
});

test('one that still runs needs its login', async () => {
  const { end, writes } = await endOf({ phase: 'ImportInProgress' });
  expect(end).toMatchObject({ message: 'nobody lends the login' });
  expect(writes).toEqual([]);
});

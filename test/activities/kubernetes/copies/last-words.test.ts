/** CDI counts a restart when the new importer runs: in the same moment it no longer says why the last one ended. */
import { DATA_VOLUMES, SECRETS, VOLUME_CLAIMS } from '../../../../activities/kubernetes/api/kinds';
import { runImport } from '../../../../activities/kubernetes/copies/imports';
import { loginSecret } from '../../../../activities/kubernetes/objects/login-secret';
import { vmRef } from '../../../../plan/vm-ref';
import { BY_IMPORT, frozenVm } from '../../../support/frozen-vm';
import { INITIAL_END, useWatching, watchEvent } from '../watching';

const watching = useWatching();

function importing(restartCount: number, running: object, phase = 'ImportInProgress') {
  return { phase, restartCount, conditions: [{ type: 'Running', ...running }] };
}

const RUNS = { status: 'True', reason: 'Pod is running', message: '' };

interface Import {
  phase?: string;
  volumeMode?: 'Block' | 'Filesystem';
}

/** How an import ends of which CDI says this in such a phase, and which is then seen to run once more than allowed. */
async function endAfter(message: string, { phase, volumeMode = 'Block' }: Import = {}): Promise<unknown> {
  const frozen = frozenVm({ methods: [BY_IMPORT] });
  const request = { vm: vmRef(frozen), disk: { ...frozen.disks[0]!, volumeMode } };
  const login = { user: 'drover', password: 'secret' };
  const { metadata } = loginSecret(request, login);
  const named = { metadata: { name: request.disk.volumeName, uid: 'volume' } };
  let status = importing(1, { status: 'False', reason: 'Error', message }, phase);
  let say: (line: string) => void = () => undefined;
  const restart = () => {
    status = importing(2, RUNS);
    say(watchEvent('MODIFIED', { ...named, status }));
  };
  const { scope } = await watching(
    ({ url = '', method }, answer) => {
      const reply = (body: object): void => void answer.writeHead(200).end(JSON.stringify(body));
      if (url.includes('watch=')) {
        if (!url.includes(DATA_VOLUMES.plural)) return;
        say = (text) => void answer.write(text);
        return void answer.writeHead(200).write(watchEvent('ADDED', { ...named, status }) + INITIAL_END);
      }
      if (url.includes(`${DATA_VOLUMES.plural}/`)) return reply({ ...named, status });
      if (url.includes(DATA_VOLUMES.plural))
        return reply({ items: [{ ...named, status }], metadata: { resourceVersion: '1' } });
      if (url.includes(`${SECRETS.plural}/`) && method === 'GET') return reply(loginSecret(request, login));
      if (url.includes(`${VOLUME_CLAIMS.plural}/`) && method === 'GET')
        return void answer.writeHead(404).end('{}');
      return reply({ metadata, items: [] });
    },
    ({ note }) => note !== null && restart(),
  );
  return runImport(
    scope,
    { ...request, maxRestarts: 1, deadlineSeconds: 600, startDeadlineSeconds: 600 },
    () => Promise.resolve(login),
  ).catch((error: unknown) => error);
}

test('an importer that runs again when it is given up has its last words in the failure', async () => {
  expect(await endAfter('Unable to process data: no route to host')).toMatchObject({
    type: 'ImportRestarts',
    message: 'the importer restarted 2 times: Unable to process data: no route to host',
  });
});

test('an importer that may not open its device ends as a failure of the device', async () => {
  const error = 'exit status 1, blockdev: cannot open /dev/cdi-block-volume: Permission denied';
  expect(
    await endAfter(`E1128 20:39:56.302991       1 importer.go:138] ${error}\n\nmain.main\n\tmain.go:1\n`),
  ).toMatchObject({
    type: 'DeviceNotWritable',
    message: `the importer restarted 2 times: ${error}`,
  });
});

test('an importer that may not open a file blames no device', async () => {
  const error = "qemu-img: Could not open '/dev/fd/3': Permission denied";
  expect(await endAfter(error, { volumeMode: 'Filesystem' })).toMatchObject({
    type: 'ImportRestarts',
    message: `the importer restarted 2 times: ${error}`,
  });
});

test('what keeps an importer from starting is no word of an importer', async () => {
  expect(await endAfter('Back-off pulling image', { phase: 'ImportScheduled' })).toMatchObject({
    type: 'ImportRestarts',
    message: 'the importer restarted 2 times: no reason given',
  });
});

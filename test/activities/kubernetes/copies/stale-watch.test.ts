/** A watch that is behind: it still knows the DataVolume of an earlier filling of the disk, whose import has succeeded. */
import { DATA_VOLUMES, SECRETS } from '../../../../activities/kubernetes/api/kinds';
import { runImport } from '../../../../activities/kubernetes/copies/imports';
import { loginSecret } from '../../../../activities/kubernetes/objects/login-secret';
import { vmRef } from '../../../../plan/vm-ref';
import { BY_IMPORT, frozenVm } from '../../../support/frozen-vm';
import { eventually } from '../../../support/eventually';
import { INITIAL_END, useWatching, watchEvent } from '../watching';

const watching = useWatching();

test('an import ends by what its DataVolume is now, not by what the watch has heard of a former one', async () => {
  const frozen = frozenVm({ methods: [BY_IMPORT] });
  const request = { vm: vmRef(frozen), disk: frozen.disks[0]! };
  const login = { user: 'drover', password: 'secret' };
  const { metadata } = loginSecret(request, login);
  const former = {
    metadata: { name: request.disk.volumeName, uid: 'former' },
    status: { phase: 'Succeeded' },
  };
  const now = { ...former, metadata: { ...former.metadata, uid: 'now' } };
  let status: object = { phase: 'ImportInProgress' };
  const { api, scope } = await watching(({ url = '', method }, answer) => {
    const say = (body: object): void => void answer.writeHead(200).end(JSON.stringify(body));
    if (url.includes('watch='))
      return void answer.writeHead(200).write(watchEvent('ADDED', former) + INITIAL_END);
    if (url.includes(`${DATA_VOLUMES.plural}/`)) return say({ ...now, status });
    if (url.includes(DATA_VOLUMES.plural))
      return say({ items: [former], metadata: { resourceVersion: '1' } });
    if (url.includes(`${SECRETS.plural}/`) && method === 'GET') return say(loginSecret(request, login));
    return say({ metadata, items: [] });
  });
  const ended = runImport(
    scope,
    { ...request, maxRestarts: 5, deadlineSeconds: 600, startDeadlineSeconds: 600 },
    () => Promise.resolve(login),
  );
  await eventually(() => api.asked.some((line) => line.includes(`${DATA_VOLUMES.plural}/`)));
  status = { phase: 'Succeeded', restartCount: 3 };

  expect(await ended).toMatchObject({ restarts: 3 });
});

/** A watch that is behind: it still knows the DataVolume of an earlier filling of the disk, whose import has succeeded. */
import { DATA_VOLUMES, SECRETS } from '../../../../activities/kubernetes/api/kinds';
import { runImport } from '../../../../activities/kubernetes/copies/imports';
import { loginSecret } from '../../../../activities/kubernetes/objects/login-secret';
import { Informers } from '../../../../activities/kubernetes/waiting/informers';
import type { Scope } from '../../../../activities/kubernetes/waiting/scope';
import { vmRef } from '../../../../plan/vm-ref';
import { BY_IMPORT, frozenVm } from '../../../support/frozen-vm';
import { eventually } from '../../../support/eventually';
import { recordingApi, type RecordingApi } from '../recording-api';

/** A watch begins with what there is, and says where that ends. */
const INITIAL_END = {
  metadata: { resourceVersion: '1', annotations: { 'k8s.io/initial-events-end': 'true' } },
};

const informers = new Informers();
const waiting = new AbortController();
let api: RecordingApi;
afterEach(() => {
  waiting.abort();
  informers.close();
  api.close();
});

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

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
  api = await recordingApi(({ url = '', method }, answer) => {
    const say = (body: object): void => void answer.writeHead(200).end(JSON.stringify(body));
    if (url.includes('watch='))
      return void answer.writeHead(200).write(line('ADDED', former) + line('BOOKMARK', INITIAL_END));
    if (url.includes(`${DATA_VOLUMES.plural}/`)) return say({ ...now, status });
    if (url.includes(DATA_VOLUMES.plural))
      return say({ items: [former], metadata: { resourceVersion: '1' } });
    if (url.includes(`${SECRETS.plural}/`) && method === 'GET') return say(loginSecret(request, login));
    return say({ metadata, items: [] });
  });
  const scope = {
    cluster: { api: api.client, key: 'test' },
    informers,
    since: Date.now(),
    signal: waiting.signal,
    progress: { report: () => undefined },
  } as unknown as Scope;

  const ended = runImport(
    scope,
    { ...request, maxRestarts: 5, deadlineSeconds: 600, startDeadlineSeconds: 600 },
    login,
  );
  await eventually(() => api.asked.some((line) => line.includes(`${DATA_VOLUMES.plural}/`)));
  status = { phase: 'Succeeded', restartCount: 3 };

  expect(await ended).toMatchObject({ restarts: 3 });
});

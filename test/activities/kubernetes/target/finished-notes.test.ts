/** Notes of a lost run, which are taken back while somebody removes what has them. */
import { takeNotesBack } from '../../../../activities/kubernetes/target/finished-notes';
import { FINISHED_AT } from '../../../../plan/earlier';
import { vmRef } from '../../../../plan/vm-ref';
import { frozenVm } from '../../../support/frozen-vm';
import { recordingApi, type RecordingApi } from '../recording-api';

const VM = vmRef(frozenVm());
const CLAIMS = `/api/v1/namespaces/${VM.namespace}/persistentvolumeclaims`;

let api: RecordingApi;
afterEach(() => api.close());

test('a claim that is gone since it was listed needs nothing taken back, and the next claim has its note taken', async () => {
  const noted = ['gone', 'left'].map((name) => ({
    metadata: { name, namespace: VM.namespace, annotations: { [FINISHED_AT]: '2026-03-03T11:00:00Z' } },
  }));
  const items = (url = '') => (url.startsWith(CLAIMS) ? noted : []);
  api = await recordingApi(({ method, url }, answer) => {
    if (method === 'GET') answer.end(JSON.stringify({ items: items(url), metadata: {} }));
    else if (url?.includes('/gone') === true) answer.writeHead(404).end('{"reason":"NotFound"}');
    else answer.end('{}');
  });
  await takeNotesBack(api.client, VM);
  expect(api.asked.filter((one) => one.startsWith('PATCH'))).toEqual(
    ['gone', 'left'].map((name) => `PATCH ${CLAIMS}/${name}?fieldValidation=Strict`),
  );
});

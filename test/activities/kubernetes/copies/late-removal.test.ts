/** A worker that slept between its look and its removal, while another one removed what it saw and made it anew. */
import { text } from 'node:stream/consumers';
import { DATA_VOLUMES } from '../../../../activities/kubernetes/api/kinds';
import { removeImport } from '../../../../activities/kubernetes/copies/imports';
import { volumeClaim } from '../../../../activities/kubernetes/objects/volume-claim';
import type { Scope } from '../../../../activities/kubernetes/waiting/scope';
import { vmRef } from '../../../../plan/vm-ref';
import { frozenVm } from '../../../support/frozen-vm';
import { recordingApi, type RecordingApi } from '../recording-api';

let api: RecordingApi;
afterEach(() => api.close());

test('what was made anew meanwhile stays', async () => {
  const frozen = frozenVm();
  const vm = vmRef(frozen);
  const disk = frozen.disks[0]!;
  const claim = volumeClaim(vm, disk);
  /** Uid of the claim that there is; null where there is none. */
  let uid: string | null = 'seen';
  const notThere = { kind: 'Status', reason: 'NotFound', message: 'not found' };
  api = await recordingApi((request, answer) => {
    const say = (status: number, body: object): void =>
      void answer.writeHead(status).end(JSON.stringify(body));
    if (request.url?.includes(DATA_VOLUMES.plural)) return say(404, notThere);
    if (request.method === 'GET') {
      const seen = uid;
      uid = 'made anew';
      return say(200, { ...claim, metadata: { ...claim.metadata, uid: seen } });
    }
    // As the API server does (Kubernetes 1.34.4, apiserver/pkg/storage/interfaces.go: Preconditions.Check).
    return void text(request).then((body) => {
      const { preconditions } = JSON.parse(body) as { preconditions?: { uid?: string } };
      const isMeant = preconditions?.uid === undefined || preconditions.uid === uid;
      if (!isMeant) return say(409, { kind: 'Status', reason: 'Conflict', message: 'another uid' });
      uid = null;
      return say(200, {});
    });
  });

  // It waits for nothing more: what it saw is gone.
  await removeImport({ cluster: { api: api.client, key: 'test' } } as Scope, { vm, disk });

  expect(uid).toBe('made anew');
});

/**
 * Two VMs of one base name: by a collision of its hash, or because whoever starts a migration gives it another's. Every
 * name that Drover asks for is taken here, by the other VM.
 */
import { VOLUME_CLAIMS } from '../../../activities/kubernetes/api/kinds';
import { removeImport, stopImport } from '../../../activities/kubernetes/copies/imports';
import { removeMachine } from '../../../activities/kubernetes/machine/machines';
import { volumeClaim } from '../../../activities/kubernetes/objects/volume-claim';
import { ensure, ownerLabels, patchOurs } from '../../../activities/kubernetes/api/ownership';
import { discardScratch } from '../../../activities/kubernetes/volumes/scratch';
import type { Scope } from '../../../activities/kubernetes/waiting/scope';
import { removeLogins } from '../../../activities/kubernetes/copies/source-access';
import { tidy } from '../../../activities/kubernetes/tidy';
import { vmRef } from '../../../plan/vm-ref';
import { BY_IMPORT, frozenVm } from '../../support/frozen-vm';
import { recordingApi, type RecordingApi } from './recording-api';

const victim = frozenVm({ methods: [BY_IMPORT] });
const { baseName, targetName, disks } = victim;
const intruder = { ...frozenVm({ methods: [BY_IMPORT] }), baseName, targetName, disks };
const request = { vm: vmRef(intruder), disk: disks[0]! };

let api: RecordingApi;
let scope: Scope;
beforeEach(async () => {
  const theirs = {
    metadata: { name: 'x', namespace: 'migrated', uid: 'u', labels: ownerLabels(vmRef(victim)) },
  };
  api = await recordingApi(({ method }, answer) => {
    if (method === 'GET') answer.end(JSON.stringify(theirs));
    else if (method === 'POST') answer.writeHead(409).end('{"reason":"AlreadyExists"}');
    else if (method === 'PATCH') answer.writeHead(422).end('{"reason":"Invalid"}');
    else answer.end('{"kind":"Status","status":"Success"}');
  });
  scope = { cluster: { api: api.client, key: 'test' } } as unknown as Scope;
});
afterEach(() => api.close());

const deletions = () => api.asked.filter((asked) => asked.startsWith('DELETE'));

test('what the other has made is never taken for its own, nor changed', async () => {
  const claim = volumeClaim(request.vm, request.disk);
  await expect(ensure(api.client, VOLUME_CLAIMS, claim, request.vm)).rejects.toMatchObject({
    type: 'NameTaken',
  });
  const ref = { name: request.disk.volumeName, namespace: 'migrated' };
  const change = patchOurs(api.client, VOLUME_CLAIMS, ref, { vm: request.vm, operations: [] });
  await expect(change).rejects.toMatchObject({ type: 'NameTaken' });
});

test('giving up removes nothing of the other by its name', async () => {
  await removeImport(scope, request);
  await stopImport(scope, request).catch(() => undefined);
  await discardScratch(scope, request.vm);
  await removeMachine(scope, request.vm, 'run');
  expect(api.asked.length).toBeGreaterThan(3);
  expect(deletions()).toEqual([]);
});

test('what is removed by labels is removed by its own', async () => {
  await removeLogins(api.client, { vm: request.vm });
  await tidy(api.client, request.vm, { scratchUid: null, runId: 'run', at: '2026-01-01T00:00:00Z' }).catch(
    () => undefined,
  );
  expect(deletions().length).toBeGreaterThan(2);
  for (const asked of deletions()) {
    const selector = new URL(asked.split(' ')[1] ?? '', 'https://api').searchParams.get('labelSelector');
    expect(selector).toContain(`drover.dev/vm=${intruder.vm.moref},`);
  }
});

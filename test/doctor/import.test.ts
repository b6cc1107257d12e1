import type { DataVolume } from '../../activities/kubernetes/api/kinds';
import { ApiError } from '../../activities/kubernetes/api/errors';
import { readImportSource } from '../../doctor/import-source';
import { importOutcome, refusal } from '../../doctor/try/import';

const volume = (status: DataVolume['status']): DataVolume => ({ spec: {}, status });

test.each([
  ['https://images.example.com/tiny.qcow2', 'images.example.com'],
  ['http://192.0.2.7:8080/a%20b.img', '192.0.2.7:8080'],
])('%s is an image on a web server', (url, host) => {
  expect(readImportSource(url)).toEqual({ host, source: { http: { url } } });
});

test.each([
  ['docker://registry.example.com:5000/disks/tiny:1', 'registry.example.com:5000'],
  ['docker://vendor/tiny', 'docker.io'],
])('%s is a container disk of a registry', (url, host) => {
  expect(readImportSource(url)).toEqual({ host, source: { registry: { url } } });
});

test.each([
  'tiny.qcow2',
  'file:///etc/passwd',
  'docker://',
  'docker://user:password@registry.example.com/tiny',
  'https://user@images.example.com/tiny',
  'https://images.example.com/tiny?signature=0',
  'https://images.example.com/tiny#part',
])('%s is none, or may tell a secret', (url) => {
  expect(readImportSource(url)).toBeNull();
});

test('an import that is on its way has come to no end, nor has one that was started anew twice', () => {
  expect(importOutcome(volume({}), null)).toBeNull();
  expect(importOutcome(volume({ phase: 'ImportInProgress', restartCount: 2 }), 'no such host')).toBeNull();
});

test('an importer that is started anew for ever ends the trial, in the last words that CDI has told', () => {
  const again = volume({
    phase: 'ImportInProgress',
    restartCount: 3,
    conditions: [{ type: 'Running', status: 'True' }],
  });
  expect(importOutcome(again, 'no such host')).toEqual({
    ok: false,
    said: 'the importer restarted 3 times: no such host',
  });
});

test('a DataVolume that has failed or succeeded is at its end', () => {
  const conditions = [{ type: 'Running', status: 'False', message: 'no such host' }];
  expect(importOutcome(volume({ phase: 'Failed', conditions }), null)).toEqual({
    ok: false,
    said: 'no such host',
  });
  expect(importOutcome(volume({ phase: 'Succeeded' }), null)).toMatchObject({ ok: true });
});

test("a DataVolume that nobody may make is refused in the words of the cluster, and a missing right is the login's", () => {
  const call = { verb: 'create', plural: 'datavolumes', namespace: 'scratch' } as const;
  const said = 'failed calling webhook "datavolume-validate.cdi.kubevirt.io": connection refused';
  const down = new ApiError(call, 500, { reason: 'InternalError', said });
  expect(refusal(down)).toEqual({ ok: false, said });
  const cannot =
    'datavolumes.cdi.kubevirt.io is forbidden: User "x" cannot create resource "datavolumes" in API group "cdi.kubevirt.io"';
  const forbidden = new ApiError(call, 403, { reason: 'Forbidden', said: cannot });
  expect(() => refusal(forbidden)).toThrow(forbidden);
});

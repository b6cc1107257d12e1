import { conversionReport } from '../../../activities/kubernetes/conversion/conversion';
import { importState } from '../../../activities/kubernetes/copies/import-state';
import type { DataVolume, Pod } from '../../../activities/kubernetes/api/kinds';
import { pluginReport } from '../../../activities/kubernetes/copies/plugin-copies';

const IMAGE = 'registry.example.com/offload@sha256:0123';

function ended(container: string, exitCode: number, message?: string, reason?: string): Pod {
  const state = { terminated: { exitCode, message, reason } };
  const status = { name: container, image: '', imageID: IMAGE, ready: false, restartCount: 0, state };
  return { status: { containerStatuses: [status] } };
}

function kindOf(run: () => unknown): [string | undefined, string] {
  try {
    run();
  } catch (error) {
    const { type, message } = error as { type?: string; message: string };
    return [type, message];
  }
  throw new Error('it did not fail');
}

test("a plugin's result is its termination message", () => {
  const pod = ended('plugin', 0, '{"result":{"bytes":4096}}');
  expect(pluginReport(pod, 4096)).toEqual({ bytes: 4096, restarts: 0, message: null, image: IMAGE });
});

test('a plugin that says nothing at a good end has copied', () => {
  expect(pluginReport(ended('plugin', 0), 4096)).toEqual({
    bytes: null,
    restarts: 0,
    message: null,
    image: IMAGE,
  });
});

test('only an error that the plugin calls final is refused; any other may be tried again', () => {
  const error = (retryable: boolean) => JSON.stringify({ error: { message: 'no space', retryable } });
  expect(kindOf(() => pluginReport(ended('plugin', 1, error(true)), 4096))).toEqual([
    'CopyFailed',
    'the plugin failed: no space',
  ]);
  expect(kindOf(() => pluginReport(ended('plugin', 1, error(false)), 4096))[0]).toBe('CopyRefused');
  expect(kindOf(() => pluginReport(ended('plugin', 0, error(true)), 4096))[0]).toBe('CopyFailed');
  expect(kindOf(() => pluginReport(ended('plugin', 137, 'not JSON', 'OOMKilled'), 4096))).toEqual([
    'CopyFailed',
    'the plugin failed: OOMKilled, exit code 137',
  ]);
  expect(kindOf(() => pluginReport(null, 4096))[0]).toBe('CopyFailed');
});

test('a plugin that ended well, but by its own word did not copy everything, has failed', () => {
  expect(kindOf(() => pluginReport(ended('plugin', 0, '{"result":{"bytes":0}}'), 4096))).toEqual([
    'CopyFailed',
    'the plugin failed: it ended well, but copied 0 of 4096 bytes by its own word',
  ]);
});

test('a plugin that was stopped from outside says what it was at, and the cluster who stopped it', () => {
  const pod = ended('plugin', 1, '{"error":{"message":"stopped"}}');
  const evicted = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' };
  pod.status = { ...pod.status, conditions: [{ ...evicted, message: 'Eviction API: evicting' }] };
  expect(kindOf(() => pluginReport(pod, 4096))).toEqual([
    'CopyFailed',
    'the plugin failed: stopped (EvictionByEvictionAPI: Eviction API: evicting)',
  ]);
  const starved = { ...ended('plugin', 137, '', 'OOMKilled') };
  starved.status = { ...starved.status, reason: 'Evicted', message: 'The node was low on resource: memory.' };
  expect(kindOf(() => pluginReport(starved, 4096))[1]).toBe(
    'the plugin failed: Evicted: The node was low on resource: memory. (OOMKilled, exit code 137)',
  );
});

test("an error that is not in the contract's form is an error nevertheless; other garbage is nothing said", () => {
  const failed = (message: string) => kindOf(() => pluginReport(ended('plugin', 0, message), 4096));
  expect(failed('{"error":"pool is full"}')).toEqual(['CopyFailed', 'the plugin failed: exit code 0']);
  expect(failed('{"error":{"message":"m","retryable":"no"}}')[0]).toBe('CopyFailed');
  expect(failed('{"error":{"message":"m"},"result":{}}')[0]).toBe('CopyFailed');
  for (const garbage of ['{"result":{"bytes":-1}}', '{"result":7}', '[1]', 'null', '{"bytes":']) {
    expect(pluginReport(ended('plugin', 0, garbage), 4096)).toEqual({
      bytes: null,
      restarts: 0,
      message: null,
      image: IMAGE,
    });
  }
});

test('a conversion is good only if it says so and ends well', () => {
  const said = JSON.stringify({ converted: true, os: 'Debian 12', accelerator: 'tcg', warnings: ['w'] });
  expect(conversionReport(ended('convert', 0, said))).toEqual({
    converted: true,
    os: 'Debian 12',
    osinfo: null,
    virtio: null,
    firmware: null,
    bootDisk: null,
    warnings: ['w'],
    accelerator: 'tcg',
  });
  const failed = JSON.stringify({ converted: false, error: 'inspection could not detect the source guest' });
  expect(kindOf(() => conversionReport(ended('convert', 1, failed)))).toEqual([
    'ConversionFailed',
    'virt-v2v-in-place failed: inspection could not detect the source guest',
  ]);
  expect(kindOf(() => conversionReport(ended('convert', 1, said)))[0]).toBe('ConversionFailed');
  const unstarted = {
    spec: { containers: [{ name: 'convert' }] },
    status: { phase: 'Failed', reason: 'Evicted' },
  };
  expect(kindOf(() => conversionReport(unstarted))[0]).toBe('ConversionNotStarted');
  const garbage = JSON.stringify({ converted: 'yes', warnings: 7 });
  expect(kindOf(() => conversionReport(ended('convert', 0, garbage)))[0]).toBe('ConversionLost');
  expect(kindOf(() => conversionReport(ended('convert', 137)))[0]).toBe('ConversionLost');
});

test.each([
  ['notRecognized', 'GuestNotRecognized'],
  ['unsupported', 'GuestUnsupported'],
  ['multiBoot', 'GuestMultiBoot'],
  ['unclean', 'GuestUnclean'],
  ['encrypted', 'GuestEncrypted'],
  ['driversMissing', 'GuestDriversMissing'],
  ['customization', 'CustomizationFailed'],
  ['scratchFull', 'ScratchFull'],
  ['scratchLost', 'ScratchLost'],
  ['stopped', 'ConversionLost'],
  ['failed', 'ConversionFailed'],
  ['a reason of a later image', 'ConversionFailed'],
] as const)('a conversion that gives the reason "%s" has failed as %s', (reason, kind) => {
  const pod = ended('convert', 1, JSON.stringify({ converted: false, error: 'no', reason }));
  expect(kindOf(() => conversionReport(pod))[0]).toBe(kind);
});

test('a conversion that ran out of room names the claim that is too small', () => {
  const said = JSON.stringify({ converted: false, error: 'no space left', reason: 'scratchFull' });
  const volumes = [{ name: 'scratch', persistentVolumeClaim: { claimName: 'web-scratch' } }];
  const pod = { ...ended('convert', 1, said), spec: { containers: [], volumes } };
  expect(kindOf(() => conversionReport(pod))).toEqual([
    'ScratchFull',
    'virt-v2v-in-place failed: no space left (claim web-scratch)',
  ]);
});

test('an encrypted guest names the Secret whose keys do not open it, or says that there is none', () => {
  const said = JSON.stringify({
    converted: false,
    error: 'could not find key for /dev/sda2',
    reason: 'encrypted',
  });
  const pod = ended('convert', 1, said);
  const annotations = { 'drover.dev/guest-keys': 'team-a/web-keys' };
  const given = { ...pod, metadata: { ...pod.metadata, annotations } };
  expect(kindOf(() => conversionReport(given))).toEqual([
    'GuestEncrypted',
    'virt-v2v-in-place failed: could not find key for /dev/sda2 (keys: Secret team-a/web-keys)',
  ]);
  expect(kindOf(() => conversionReport(pod))[1]).toContain('(the plan names no Secret with keys)');
});

test("an import's state is its DataVolume's", () => {
  const volume = (status: object) => ({ spec: {}, status });
  const conditions = [{ type: 'Running', status: 'False', message: 'Unable to connect' }];
  expect(importState(volume({ phase: 'Succeeded', restartCount: 2 }))).toEqual({
    kind: 'succeeded',
    restarts: 2,
  });
  expect(importState(volume({ phase: 'ImportInProgress', progress: '45.00%' }))).toEqual({
    kind: 'copying',
    isTakenUp: true,
    fraction: 0.45,
    restarts: 0,
    note: null,
  });
  expect(
    importState(volume({ phase: 'ImportInProgress', progress: 'N/A', restartCount: 4, conditions })),
  ).toEqual({
    kind: 'copying',
    isTakenUp: true,
    fraction: null,
    restarts: 4,
    note: 'Unable to connect',
  });
  expect(importState(volume({ phase: 'PVCBound' }))).toMatchObject({ kind: 'copying', isTakenUp: false });
  expect(importState(volume({ phase: 'Failed', conditions }))).toEqual({
    kind: 'failed',
    message: 'Unable to connect',
  });
});

test('what CDI says of an import that runs, has ended well, or has its volume is no trouble', () => {
  const note = (...conditions: object[]) => importState({ spec: {}, status: { conditions } } as DataVolume);
  const bound = { type: 'Bound', status: 'True', reason: 'Bound', message: 'PVC web Bound' };
  const ended = { type: 'Running', status: 'False', reason: 'Completed', message: 'Import Complete' };
  const waits = { type: 'Bound', status: 'False', reason: 'Pending', message: 'PVC web Pending' };
  expect(note(bound, ended)).toMatchObject({ note: null });
  expect(note(bound, { type: 'Running', status: 'False', reason: '', message: '' })).toMatchObject({
    note: null,
  });
  expect(note(bound, { type: 'Running', status: 'True', message: 'Pod is running' })).toMatchObject({
    note: null,
  });
  expect(note(waits)).toMatchObject({ note: 'PVC web Pending' });
});

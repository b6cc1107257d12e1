import { conversionReport } from '../../../activities/kubernetes/conversion';
import { importState } from '../../../activities/kubernetes/imports';
import type { Pod } from '../../../activities/kubernetes/kinds';
import { pluginReport } from '../../../activities/kubernetes/plugin-copies';

function ended(container: string, exitCode: number, message?: string, reason?: string): Pod {
  const state = { terminated: { exitCode, message, reason } };
  const status = { name: container, image: '', imageID: '', ready: false, restartCount: 0, state };
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
  expect(pluginReport(pod)).toEqual({ bytes: 4096, restarts: 0, message: null });
});

test('a plugin that says nothing at a good end has copied', () => {
  expect(pluginReport(ended('plugin', 0))).toEqual({ bytes: null, restarts: 0, message: null });
});

test('only an error that the plugin calls final is refused; any other may be tried again', () => {
  const error = (retryable: boolean) => JSON.stringify({ error: { message: 'no space', retryable } });
  expect(kindOf(() => pluginReport(ended('plugin', 1, error(true))))).toEqual([
    'CopyFailed',
    'the plugin failed: no space',
  ]);
  expect(kindOf(() => pluginReport(ended('plugin', 1, error(false))))[0]).toBe('CopyRefused');
  expect(kindOf(() => pluginReport(ended('plugin', 0, error(true))))[0]).toBe('CopyFailed');
  expect(kindOf(() => pluginReport(ended('plugin', 137, 'not JSON', 'OOMKilled')))).toEqual([
    'CopyFailed',
    'the plugin failed: OOMKilled, exit code 137',
  ]);
  expect(kindOf(() => pluginReport(null))[0]).toBe('CopyFailed');
});

test('a conversion is good only if it says so and ends well', () => {
  const said = JSON.stringify({ converted: true, os: 'Debian 12', bootDisk: null, warnings: ['w', 7] });
  expect(conversionReport(ended('convert', 0, said))).toEqual({
    converted: true,
    os: 'Debian 12',
    bootDisk: null,
    warnings: ['w'],
  });
  const failed = JSON.stringify({ converted: false, error: 'inspection could not detect the source guest' });
  expect(kindOf(() => conversionReport(ended('convert', 1, failed)))).toEqual([
    'ConversionFailed',
    'virt-v2v-in-place failed: inspection could not detect the source guest',
  ]);
  expect(kindOf(() => conversionReport(ended('convert', 1, said)))[0]).toBe('ConversionFailed');
  expect(kindOf(() => conversionReport(ended('convert', 137)))[0]).toBe('ConversionLost');
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
    fraction: 0.45,
    restarts: 0,
    note: null,
  });
  expect(
    importState(volume({ phase: 'ImportInProgress', progress: 'N/A', restartCount: 4, conditions })),
  ).toEqual({
    kind: 'copying',
    fraction: null,
    restarts: 4,
    note: 'Unable to connect',
  });
  expect(importState(volume({ phase: 'Failed', conditions }))).toEqual({
    kind: 'failed',
    message: 'Unable to connect',
  });
});

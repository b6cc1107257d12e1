/** A disk that fails for good: the others are not copied again when the cause is removed. */
import { renameSync } from 'node:fs';
import { VOLUME_CLAIMS } from '../../activities/kubernetes/api/kinds';
import { sourceFile } from '../../lab/verify';
import type { Totals } from '../../lab/standins/array/counters';
import type { VmState } from '../../workflows/temporal-api';
import { plan, planFile, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

const MIB = 1024 * 1024;
const SIZE = 24 * MIB;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open([
    vm('array-fails', ['block', 'files', 'array'], { sizeMiB: 24 }),
    vm('import-fails', ['array', 'block', 'files'], { sizeMiB: 24 }),
  ]);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

/** Bytes that were ever moved into each of a VM's volumes, in the order of its disks. */
async function moved({ disks }: VmState, counters: Totals): Promise<number[]> {
  return Promise.all(
    disks.map(async ({ method, volumeName }) => {
      if (method === 'import') return counters.imports[`${TARGET_NAMESPACE}/${volumeName}`] ?? 0;
      const claim = await stage.admin.get(VOLUME_CLAIMS, { name: volumeName, namespace: TARGET_NAMESPACE });
      return counters.copies[claim.metadata?.annotations?.['drover.dev/copy-id'] ?? ''] ?? 0;
    }),
  );
}

test('after the third disk failed for good, a retry copies it alone, and all three are right', async () => {
  const { whole, array } = stage;
  const { state: lab } = whole.lab;
  const arrayDisk = '[san-1] array-fails/array-fails_2.vmdk';
  const missing = sourceFile(lab, '[ssd-2] import-fails/import-fails_2.vmdk');
  await array.breakCopiesOf(arrayDisk, 'LUN 7 is broken');
  renameSync(missing, `${missing}.away`);
  const manifests = plan(lab, ['array-fails', 'import-fails'], {
    name: 'resume',
    drover: { copyAttempts: 2, importRestarts: 0 },
  });

  const watched = await whole.run('migrate', '-f', planFile(lab, manifests), '--watch');

  expect(watched.code).toBe(3);
  expect(watched.stdout + watched.stderr).toContain('LUN 7 is broken');
  const wave = whole.drover.migration({ namespace: 'openshift-mtv', name: 'resume' });
  const vms = (await wave.state()).vms;
  const before = new Map<string, number[]>();
  const counters = await array.counters();
  for (const { name, workflowId } of vms) {
    const state = await stage.state({ workflowId });
    expect(state.disks.map(({ phase }) => phase)).toEqual(['copied', 'copied', 'failed']);
    expect(state.source.stoppedByUs).toBe(true);
    before.set(name, await moved(state, counters));
    expect(before.get(name)?.slice(0, 2)).toEqual([SIZE, SIZE]);
  }
  const shown = await whole.run('status', 'array-fails');
  expect(shown.code).toBe(3);
  expect(shown.stdout).toContain('CopyFailed');
  expect(shown.stdout).toContain("read the copier's message");
  expect((await whole.run('status', 'import-fails')).stdout).toMatch(
    /ImportRestarts[^]*mend what the importer/,
  );

  await array.mend();
  renameSync(`${missing}.away`, missing);
  for (const { name } of vms) {
    expect(await whole.run('retry', name, '--why', 'the array is mended')).toMatchObject({ code: 0 });
  }
  const result = await wave.result();

  expect(result.succeeded).toBe(true);
  const after = await array.counters();
  for (const { workflowId } of vms) {
    const state = await stage.result({ workflowId });
    expect((await moved(state, after)).slice(0, 2)).toEqual([SIZE, SIZE]);
    expect(await stage.verdicts(state)).toEqual(Array(3).fill({ equal: true, bytes: SIZE }));
    expect(state.decisions).toMatchObject([{ action: 'retry', why: 'the array is mended' }]);
  }
  // Four disks were imported, each once: nothing was moved into a volume that is not among the VMs' own.
  expect(Object.values(after.imports)).toEqual(Array(4).fill(SIZE));
});

/** VMs that can not go on as they were planned go on with something changed: `drover retry --set`, in a whole lab. */
import { VOLUME_CLAIMS } from '../../activities/kubernetes/api/kinds';
import { labImage } from '../../lab/lab-images';
import type { VmState } from '../../workflows/temporal-api';
import { plan, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const WHY = ['--why', 'the store is full', '--who', 'ann@example.com'];

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open([vm('stuck', ['full', 'block']), vm('offload', ['array', 'block'])]);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

function parked(started: StartedVm): Promise<VmState> {
  return stage.until(started, 'parked', ({ attention }) => attention !== null);
}

async function classOf({ disks }: VmState, index: number): Promise<string | undefined> {
  const ref = { name: disks[index]!.volumeName, namespace: TARGET_NAMESPACE };
  return (await stage.admin.get(VOLUME_CLAIMS, ref)).spec?.storageClassName;
}

test(
  'a class that never binds is changed while the source runs: the volume is made in the other class, and filled',
  async () => {
    const { state } = stage.whole.lab;
    const options = { skipConversion: true, drover: { bindDeadline: '8s' } };
    const started = await stage.start(plan(state, ['stuck'], options));
    const stuck = started.vm('stuck');
    const before = await parked(stuck);
    expect(before.attention?.failure.kind).toBe('VolumeNotBound');
    expect(await classOf(before, 0)).toBe('never-binds');

    const wrong = await stage.whole.run(
      'retry',
      'stuck',
      ...WHY,
      '--set',
      'disk.0.storageClass=fast-blok',
      '--set',
      'disk.1.image=registry.invalid/vendor/offload:1',
    );
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('no storage class "fast-blok"; did you mean "fast-block"?');
    expect(wrong.stderr).toContain('disk.1.image: disk 1 is imported, by no plugin');
    expect(await stage.state(stuck)).toEqual(before);

    const right = await stage.whole.run(
      'retry',
      'stuck',
      ...WHY,
      '--set',
      'disk.0.storageClass=fast-block',
      '--set',
      'bindDeadline=5m',
    );
    expect(right).toMatchObject({ code: 0 });

    const result = await stage.result(stuck);
    const changes = [
      { key: 'disk.0.storageClass', before: 'never-binds', after: 'fast-block' },
      { key: 'bindDeadline', before: '8s', after: '300s' },
    ];
    expect(result).toMatchObject({
      outcome: 'succeeded',
      decisions: [{ action: 'retry', who: 'ann@example.com', changes }],
    });
    expect(await classOf(result, 0)).toBe('fast-block');
    expect((await stage.verdicts(result)).map(({ equal }) => equal)).toEqual([true, true]);
    const shown = await stage.whole.run('status', 'stuck');
    expect(shown.stdout).toContain('disk.0.storageClass: never-binds → fast-block');
    const told = await stage.whole.run('history', 'stuck');
    expect(told.stdout).toContain('disk.0.storageClass=fast-block');
  },
  LAB_TIMEOUT_MS,
);

test(
  'a plugin whose image no registry has is refused; the import that is asked for then copies this disk alone',
  async () => {
    const { state } = stage.whole.lab;
    await stage.array.breakCopiesOf('[san-1] offload/offload.vmdk', 'LUN 7 is broken');
    const options = { skipConversion: true, drover: { copyAttempts: 1 } };
    const started = await stage.start(plan(state, ['offload'], options));
    const offload = started.vm('offload');
    const before = await parked(offload);
    expect(before.disks.map(({ phase }) => phase)).toEqual(['failed', 'copied']);

    const image = labImage(state.registry, 'offload-plugin').replace(/:[^:/]*$/, ':of-another-day');
    const refused = await stage.whole.run(
      'retry',
      'offload',
      ...WHY,
      '--set',
      `disk.0.image=${image}`,
      '--set',
      'disk.1.storageClass=fast-files',
    );
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/disk\.0\.image: registry .* has no image/);
    expect(refused.stderr).toContain('disk.1.storageClass: disk 1 is copied already');
    expect(await stage.state(offload)).toEqual(before);

    const taken = await stage.whole.run('retry', 'offload', ...WHY, '--set', 'disk.0.fallback=import');
    expect(taken).toMatchObject({ code: 0 });

    const result = await stage.result(offload);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      disks: [
        { method: 'import', fellBack: { kind: null, message: 'ann@example.com: the store is full' } },
        { method: 'import', attempts: 1 },
      ],
    });
    expect((await stage.verdicts(result)).map(({ equal }) => equal)).toEqual([true, true]);
  },
  LAB_TIMEOUT_MS,
);

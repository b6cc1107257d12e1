/** A wave that nobody watches: its plan says what becomes of VMs that can not go on. */
import { eventually } from '../support/eventually';
import { plan, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open([vm('odd', ['array']), vm('full', ['full']), vm('good', ['block'])]);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

test(
  'a wave runs to its end unattended: one VM is skipped, one aborted, and the last is migrated all the same',
  async () => {
    const { state } = stage.whole.lab;
    await stage.array.breakCopiesOf('[san-1] odd/odd.vmdk', 'LUN 7 is broken');
    const before = await stage.source.power(await stage.source.moref('full'));
    const drover = {
      maxConcurrentVms: 1,
      copyAttempts: 1,
      bindDeadline: '5s',
      onFailure: { CopyFailed: 'skip', VolumeNotBound: 'abort', ClaimRefused: 'abort' },
      wave: { gate: { maxFailed: 1 } },
    };
    const started = await stage.start(plan(state, ['odd', 'full', 'good'], { skipConversion: true, drover }));

    const result = await started.wave.result();

    expect(result.results.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'odd skipped',
      'full aborted',
      'good succeeded',
    ]);
    expect(result.succeeded).toBe(false);
    expect(result.results[0]).toMatchObject({
      failure: { kind: 'CopyFailed' },
      decisions: [{ action: 'skip', who: 'policy' }],
    });
    expect(result.results[1]).toMatchObject({ decisions: [{ action: 'abort', who: 'policy' }] });
    expect(await stage.result(started.vm('odd'))).toMatchObject({
      outcome: 'aborted',
      skipped: true,
      left: [],
      source: { stoppedByUs: true },
    });
    expect((await stage.source.power(started.vm('odd').moref)).state).toBe('poweredOn');
    expect(await stage.source.power(started.vm('full').moref)).toEqual(before);
    const shown = await stage.whole.run('status', 'odd');
    expect(shown).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ {2}state +skipped$/m) as string,
    });
    await eventually(async () => {
      const listed = (await stage.whole.run('status', '--plan', 'openshift-mtv/odd')).stdout;
      return /^odd .* skipped /m.test(listed) && /^full .* aborted /m.test(listed);
    });
    const [verdict] = await stage.verdicts(await stage.result(started.vm('good')));
    expect(verdict?.equal).toBe(true);
  },
  LAB_TIMEOUT_MS,
);

/** A wave in order: a canary, then its group, then the group after it; one VM of which can't be migrated. */
import { VIRTUAL_MACHINES, VOLUME_CLAIMS } from '../../activities/kubernetes/api/kinds';
import type { WaveState } from '../../workflows/temporal-api';
import { eventually } from '../support/eventually';
import { plan, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type Started } from './stage';

const OPERATOR = { who: 'ann@example.com', why: 'that store has no room' };
const WAVE = {
  groups: [
    { name: 'application', vms: ['app'], after: ['database'] },
    { name: 'database', vms: ['stuck', 'db'] },
  ],
  canary: { vms: ['db'] },
};

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open([vm('app', ['block', 'array']), vm('stuck', ['full']), vm('db', ['block'])]);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

/** The state of the wave as soon as it is as asked. */
function until({ wave }: Started, holds: (state: WaveState) => boolean): Promise<WaveState> {
  return eventually(async () => {
    const state = await wave.state();
    return holds(state) && state;
  });
}

const row = ({ vms }: WaveState, name: string) => vms.find((one) => one.name === name);

test(
  'the canary is migrated before its group, the next group only after an operator gave up what held it',
  async () => {
    const { state } = stage.whole.lab;
    const options = { skipConversion: true, drover: { wave: WAVE } };
    const before = await stage.source.power(await stage.source.moref('stuck'));
    const started = await stage.start(plan(state, ['app', 'stuck', 'db'], options));
    const stuck = started.vm('stuck');
    await until(started, (wave) => row(wave, 'stuck')?.phase === 'running');
    await stage.until(stuck, 'making volumes', ({ phase }) => phase === 'volumes');

    const held = await started.wave.state();
    expect(row(held, 'db')).toMatchObject({ outcome: 'succeeded', canary: true });
    expect(row(held, 'app')).toMatchObject({ phase: 'queued' });
    expect(held.holds).toMatchObject([
      { kind: 'group', group: 'application', why: 'group application waits for database: stuck runs' },
    ]);
    const canary = (await stage.result(started.vm('db'))).timings.at(-1);
    const [first] = (await stage.state(stuck)).timings;
    expect(first!.startedAt >= canary!.endedAt!).toBe(true);

    await started.wave.cancel({ ...OPERATOR, vm: 'stuck' });
    expect(await stage.result(stuck)).toMatchObject({
      outcome: 'aborted',
      left: [],
      decisions: [{ action: 'abort', ...OPERATOR }],
    });
    const given = await until(started, (wave) => row(wave, 'stuck')?.outcome === 'aborted');
    expect(given.holds?.[0]?.why).toBe('group application waits for database: stuck was aborted');
    expect(await stage.source.power(stuck.moref)).toEqual(before);

    await started.wave.resume(OPERATOR);
    const result = await started.wave.result();
    expect(result.results.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'app succeeded',
      'stuck aborted',
      'db succeeded',
    ]);
    expect(result.decisions?.map(({ action, about }) => `${action} ${about}`)).toEqual([
      'cancel VM stuck',
      'resume group database',
    ]);
    const verdicts = await stage.verdicts(await stage.result(started.vm('app')));
    expect(verdicts.map(({ equal }) => equal)).toEqual([true, true]);
    const machines = await stage.admin.list(VIRTUAL_MACHINES, { namespace: TARGET_NAMESPACE });
    expect(machines.items.map(({ metadata }) => metadata?.name).sort()).toEqual(['app', 'db']);
    const claims = await stage.admin.list(VOLUME_CLAIMS, { namespace: TARGET_NAMESPACE });
    expect(claims.items.filter(({ metadata }) => metadata?.name?.includes('stuck'))).toEqual([]);
  },
  LAB_TIMEOUT_MS,
);

/** Windows by the clock, with real workers: one VM may start now, and its source may not be stopped now. */
import { plan, planFile, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

const OPERATOR = { who: 'ann@example.com', why: 'not this night' };

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open([vm('app', ['block'])]);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

/** From and to these hours from now. */
function window(from: number, to: number): object {
  const clock = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  return { timeZone: 'UTC', from: clock(from), to: clock(to) };
}

test(
  'a VM starts inside its start window, and its source runs on outside its cutover window',
  async () => {
    const { state } = stage.whole.lab;
    const wave = { startWindows: [window(-2, 2)], cutoverWindows: [window(5, 8)] };
    const manifests = plan(state, ['app'], { skipConversion: true, drover: { wave } });
    const checked = await stage.whole.run('plan', 'check', '-f', planFile(state, manifests));
    expect(checked.code).toBe(0);
    expect(checked.stdout).toMatch(
      /VMs start only in windows, which are open now; they close \S+ \S+ \S+ UTC/,
    );
    expect(checked.stdout).toMatch(/sources are stopped only in windows, which are shut now; the next opens/);

    const before = await stage.contents();
    const started = await stage.start(manifests);
    const app = started.vm('app');
    await stage.until(app, 'waiting for its window', ({ window }) => window !== undefined);
    const status = await stage.whole.run('status', 'app');
    expect(status.stdout).toMatch(
      /waits +for its cutover window, which opens \S+ \S+ \S+ UTC, in (4h 5|5h 0)/,
    );
    expect(await stage.source.power(app.moref)).toMatchObject({ state: 'poweredOn' });

    await started.wave.cancel({ ...OPERATOR, vm: 'app' });
    expect(await stage.result(app)).toMatchObject({
      outcome: 'aborted',
      left: [],
      source: { stoppedByUs: false },
    });
    expect(await stage.contents()).toEqual(before);
  },
  LAB_TIMEOUT_MS,
);

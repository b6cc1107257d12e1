/**
 * A vCenter that falls silent wherever a migration asks it within its own task: it takes the connection and never answers, or
 * the connection is lost without a word. The sessions are the real ones; the rest of the world is made up.
 */
import { Context } from '@temporalio/activity';
import { VcenterPool } from '../../../activities/vsphere/pool';
import { readPower } from '../../../activities/vsphere/power';
import type { SourceRef } from '../../../plan/frozen';
import { VM_TASK_TIMEOUT } from '../../../workflows/activity-proxies';
import { abortUpdate, stateQuery, type Phase } from '../../../workflows/temporal-api';
import { freezableProxy } from '../../activities/kubernetes/freezable-proxy';
import { silentVcenter, type SilentVcenter } from '../../activities/vsphere/silent-vcenter';
import {
  BUILD_TIMEOUT_MS,
  startFixture,
  type VcenterFixture,
} from '../../activities/vsphere/vcenter-fixture';
import { bulkInventory } from '../../../lab/demo-inventory';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';
import type { FakeWorld } from '../../support/fake-world';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';

/** An operator hears within so many seconds. */
const PATIENCE_SECONDS = 10;

type Asking = 'checkSource' | 'readPower' | 'startMachine';

/** Each look at the source on the way: in which phase it is, and the how-manieth of its kind. */
const LOOKS: [Phase, Asking, number][] = [
  ['check', 'checkSource', 1],
  ['stop-source', 'readPower', 1],
  ['stop-source', 'readPower', 2],
  ['copy', 'checkSource', 2],
  ['copy', 'readPower', 4],
  ['start-vm', 'startMachine', 1],
];

let lab: WorkflowLab;
let silent: SilentVcenter;
let vcenter: VcenterFixture;
const pools: VcenterPool[] = [];
beforeAll(async () => {
  [lab, silent, vcenter] = await Promise.all([
    WorkflowLab.start(),
    silentVcenter(),
    startFixture(bulkInventory(1, 1, 1)),
  ]);
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  silent.close();
  await Promise.all(pools.map((pool) => pool.close()));
  await lab.stop();
  await vcenter.end();
});

function newPool(): VcenterPool {
  const pool = new VcenterPool({ read: () => Promise.resolve({ ...vcenter.secret }) });
  pools.push(pool);
  return pool;
}

/** As the activity asks. */
function ask(pool: VcenterPool, url: string): Promise<unknown> {
  const source: SourceRef = { ...vcenter.source, url };
  return pool.use(source, (vim) => readPower(vim, 'vm-1'), Context.current().cancellationSignal);
}

/** From one look on vCenter is silent, until it is mended. Resolves once it was asked in vain. */
function fallSilent(world: FakeWorld, [activity, from]: [Asking, number], look: () => Promise<unknown>) {
  let calls = 0;
  let tell = (): void => undefined;
  const asked = new Promise<void>((resolve) => (tell = resolve));
  world.script.run(activity, async () => {
    calls += 1;
    if (calls < from) return;
    tell();
    await look();
  });
  return asked;
}

/** @returns seconds until the abort was heard */
async function abortMeanwhile(
  { phase, activity, from }: { phase: Phase; activity: Asking; from: number },
  look: () => Promise<unknown>,
): Promise<number> {
  // One disk after the other: so each look has its number.
  const vm = frozenVm({ methods: [BY_PLUGIN, BY_IMPORT], policy: { maxConcurrentDisks: 1 } });
  const world = lab.world(vm);
  const asked = fallSilent(world, [activity, from], look);
  const handle = await lab.migrate(vm, { workflowTaskTimeout: VM_TASK_TIMEOUT });
  await asked;
  const begun = Date.now();
  const answer = await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  const seconds = (Date.now() - begun) / 1000;
  world.script.mend(activity);
  const result = await handle.result();

  expect(answer.phase).toBe(phase);
  expect(result).toMatchObject({ outcome: 'aborted', failure: null, left: [] });
  expect((await handle.query(stateQuery)).decisions).toMatchObject([{ action: 'abort', ...OPERATOR }]);
  expect(world.leftovers()).toEqual([]);
  expect(world.breaches).toEqual([]);
  expect(world.source.on).toBe(true);
  return seconds;
}

/** What else runs on the machine only adds to the time: of some tries the quickest counts. */
const TRIES = 3;

async function hearsInTime(abort: () => Promise<number>): Promise<void> {
  let seconds = Infinity;
  for (let tries = 0; tries < TRIES && seconds >= PATIENCE_SECONDS; tries += 1) seconds = await abort();
  expect(seconds).toBeLessThan(PATIENCE_SECONDS);
}

test.each(LOOKS)(
  'in %s (%s no. %d): an abort is heard within ten seconds, and all is given up in its order',
  (phase, activity, from) =>
    hearsInTime(() => {
      const pool = newPool();
      return abortMeanwhile({ phase, activity, from }, () => ask(pool, silent.url));
    }),
);

test('the same where the connection is lost without a word in the midst of a session', async () => {
  const { hostname, port } = new URL(vcenter.url);
  await hearsInTime(async () => {
    const proxy = await freezableProxy({ host: hostname, port: Number(port) });
    const pool = newPool();
    const url = `https://127.0.0.1:${proxy.port}/sdk`;
    await pool.use({ ...vcenter.source, url }, () => Promise.resolve());
    proxy.freeze();
    const look = { phase: 'stop-source', activity: 'readPower', from: 1 } as const;
    const seconds = await abortMeanwhile(look, () => ask(pool, url));
    proxy.close();
    return seconds;
  });
});

/**
 * Migrations on a machine that has no time for them, while operators ask, retry, abort and speak at random instants. Each history
 * must replay: a worker that takes the migration over knows nothing else.
 *
 * `DROVER_REPLAY_SECONDS=600` makes it longer, `DROVER_REPLAY_SEED` begins with the dice of a former run; what happens at which
 * instant depends on the machine, too.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { availableParallelism, constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import { Random } from '../../lab/random';
import { abortUpdate, giveUpSignal, retryUpdate, stateQuery } from '../../workflows/temporal-api';
import { askAgainSignal } from '../../workflows/transfer-slots/messages';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../support/frozen-vm';
import type { ActivityName } from '../support/script';
import { workflowBundle } from '../support/workflow-bundle';
import { type MigrationHandle, OPERATOR, WorkflowLab } from '../support/workflow-lab';

const SECONDS = Number(process.env.DROVER_REPLAY_SECONDS ?? 20);
const SEED = Number(process.env.DROVER_REPLAY_SEED ?? Date.now() % 1_000_000);
/** Migrations that run at once. */
const AT_ONCE = 6;

/** What a look at a vCenter, or a word to a cluster, may take. */
const SLOW: ActivityName[] = [
  'checkSource',
  'readPower',
  'markVolume',
  'startConversion',
  'createMachine',
  'startMachine',
];

let lab: WorkflowLab;
let burners: ChildProcess[] = [];

beforeAll(async () => {
  lab = await WorkflowLab.start();
  // They end by themselves, too, should this process be killed.
  const burn = `const end = Date.now() + ${(SECONDS + 60) * 1000}; while (Date.now() < end);`;
  // At the lowest priority they take what others leave of a core, and slow down what runs beside this test as little as can be.
  burners = Array.from({ length: availableParallelism() }, () => {
    const burner = spawn(process.execPath, ['-e', burn], { stdio: 'ignore' });
    setPriority(burner.pid!, constants.priority.PRIORITY_LOW);
    return burner;
  });
});
afterAll(async () => {
  for (const burner of burners) burner.kill('SIGKILL');
  await lab.stop();
});

/** What is said to a migration at a random instant. */
type Word = (handle: MigrationHandle) => Promise<unknown>;
const WORDS: readonly [weight: number, word: Word][] = [
  [5, (handle) => handle.executeUpdate(abortUpdate, { args: [OPERATOR] })],
  [3, (handle) => handle.signal(giveUpSignal, OPERATOR)],
  [2, (handle) => handle.cancel()],
  [10, (handle) => handle.signal(askAgainSignal)],
];

/** Whoever comes too late is refused. */
const said = (word: Promise<unknown>): Promise<unknown> => word.catch(() => undefined);

interface Operated {
  handle: MigrationHandle;
  /** Ends with the word that is said at a random instant. */
  spoken: Promise<unknown>;
}

/** How a migration goes, and what is said to it. */
async function migrateAtRandom(random: Random): Promise<Operated> {
  const methods = Array.from({ length: 1 + Math.floor(random.between(0, 3)) }, () =>
    random.next() < 0.5 ? BY_IMPORT : BY_PLUGIN,
  );
  const vm = frozenVm({ methods });
  const { script } = lab.world(vm);
  const dice = new Random(random.between(0, 2 ** 32));
  for (const activity of SLOW) script.run(activity, () => delay(dice.next() < 0.5 ? 0 : dice.between(0, 60)));
  if (random.next() < 0.3) script.fail('awaitPlugin', 'CopyRefused', { times: 1 });
  if (random.next() < 0.3) script.fail('awaitConversion', 'ConversionFailed', { times: 1 });
  const [, word] = WORDS[random.weighted(WORDS.map(([weight]) => weight))]!;
  const instant = random.between(0, 1_500);
  let start!: (handle: MigrationHandle) => void;
  const spoken = new Promise<MigrationHandle>((resolve) => (start = resolve)).then(async (handle) => {
    await delay(instant);
    await said(word(handle));
  });
  const handle = await lab.migrate(vm);
  start(handle);
  return { handle, spoken };
}

/** Asks all the time, and retries what parks: an answer at a local activity's end is what the SDK (1.24) would replay otherwise. */
async function operate({ handle, spoken }: Operated): Promise<void> {
  let hasEnded = false;
  const end = handle.result().finally(() => (hasEnded = true));
  end.catch(() => undefined);
  const watch = async () => {
    while (!hasEnded) {
      const state = await handle.query(stateQuery).catch(() => null);
      if (state?.attention != null) await said(handle.executeUpdate(retryUpdate, { args: [OPERATOR] }));
    }
  };
  await Promise.all([end, spoken, watch(), watch()]);
}

/** Null where it replays, else what is wrong and where its history is. */
async function faultOf(handle: MigrationHandle): Promise<string | null> {
  const history = await handle.fetchHistory();
  const codePath = await workflowBundle();
  try {
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, history, handle.workflowId);
    return null;
  } catch (error) {
    const file = join(mkdtempSync(join(tmpdir(), 'drover-no-replay-')), 'history.json');
    writeFileSync(file, JSON.stringify(historyToJSON(history)));
    return `${(error as Error).message} (${file})`;
  }
}

test(
  `each history replays, whatever came beside what (seed ${SEED})`,
  async () => {
    const until = Date.now() + SECONDS * 1000;
    const handles: MigrationHandle[] = [];
    const one = async (seed: number) => {
      const random = new Random(seed);
      while (Date.now() < until) {
        const operated = await migrateAtRandom(random);
        handles.push(operated.handle);
        await operate(operated);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => one(SEED + n)));
    for (const burner of burners) burner.kill('SIGKILL');

    const faults: string[] = [];
    for (const handle of handles) {
      const fault = await faultOf(handle);
      if (fault !== null) faults.push(fault);
    }
    expect(faults).toEqual([]);
    expect(handles.length).toBeGreaterThanOrEqual(AT_ONCE);
    if (process.env.DROVER_REPLAY_SECONDS) process.stderr.write(`${handles.length} histories replayed\n`);
  },
  (SECONDS * 4 + 240) * 1000,
);

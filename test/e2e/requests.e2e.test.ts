/** What waiting costs the API server: a longer copy is waited for by the same watches, relisted now and then. */
import { readFileSync } from 'node:fs';
import { PODS } from '../../activities/kubernetes/api/kinds';
import { countRequests, type RequestCount } from '../../lab/bench/audit';
import { stopProcess } from '../../lab/process';
import type { DiskState } from '../../workflows/temporal-api';
import { plan, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';
import { eventually } from '../support/eventually';

const SHORT_SECONDS = 3;
const LONG_SECONDS = 30;
const WATCH_SECONDS = 10;
/** Volumes, Pods and imports. */
const WATCHED_KINDS = 3;
/** Asked once, before anything is made: three Pods are tried, quotas are reckoned, nodes looked at. */
const RULES_FOR_PODS = 5;
/**
 * Claims of earlier migrations are listed as the plan is resolved, whose VMs are listed in any case; both are listed again
 * before anything is made, and in the end once more, when each is noted to be finished.
 */
const EARLIER_MIGRATIONS = 1 + 2 + 4;
/**
 * The registry of the conversion image is asked once a plan. For this the cluster is asked for its nodes' platforms, and for
 * the pull Secrets of the namespace's ServiceAccount.
 */
const CONVERSION_IMAGE = 2;
/**
 * A wave first looks at its whole plan. Then each page of up to 100 VMs looks at the target once more as it freezes them:
 * classes, their profiles and capacities, networks, VMs, claims, nodes, the namespace, the Provider's Secret.
 */
const FREEZING_OF_A_PAGE = 9;
/** As the plan is resolved, drivers are asked for the room of their classes. */
const CAPACITIES = 1;
/** Volumes are bound only once a look past the watch says so, too. The source is off, and so no target is waited for. */
const LIVE_LOOKS = 1;
/**
 * An import's DataVolume is looked at for the server at which it reads, before its login is made; and once more when its turn
 * comes: an attempt which died may have ended the import.
 */
const OF_THE_LOGIN = 2;
/** On a busy machine the claim is changed again, every five seconds until CDI takes the import up. */
const NUDGE = 'patch persistentvolumeclaims';
const NUDGES = 3;
/** A starting worker asks whether the API server answers (`/version`). */
const AT_START = 'get (none)';

/** With the seconds that the copy took: as long as its watches last. What else a migration waits for has none. */
type Cost = Pick<RequestCount, 'own' | 'byKind'> & { seconds: number };

let stage: Stage;

beforeAll(async () => {
  const off = { powerState: 'poweredOff' } as const;
  stage = await Stage.open([vm('short', ['block'], off), vm('long', ['block'], off)], { worker: false });
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

/** The audit log is written in batches, in order: with a request of our own everything before it is there. */
async function auditLogIsUpTo(name: string): Promise<void> {
  const mark = `mark-after-${name}`;
  await stage.admin.find(PODS, { namespace: TARGET_NAMESPACE, name: mark });
  await eventually(() => readFileSync(stage.whole.lab.state.auditLog, 'utf8').includes(mark));
}

/** By a worker that knows nothing yet, so that neither migration profits from the other. */
async function costOf(name: string, copySeconds: number): Promise<Cost> {
  const { whole, array } = stage;
  await array.takeAtLeast(copySeconds);
  await whole.startWorker({ DROVER_WATCH_SECONDS: String(WATCH_SECONDS) });
  const from = new Date();
  const { wave, vm: named } = await stage.start(plan(whole.lab.state, [name]));
  await stage.succeeded(wave);
  const to = new Date();
  const [disk] = (await stage.result(named(name))).disks;
  if (whole.worker) await stopProcess(whole.worker);
  await auditLogIsUpTo(name);
  const { own, byKind } = await countRequests(whole.lab.state.auditLog, { from, to });
  const { [AT_START]: atStart = 0, ...ofMigration } = byKind;
  return { own: own - atStart, byKind: ofMigration, seconds: secondsOf(disk!) };
}

function secondsOf({ startedAt, endedAt }: DiskState): number {
  return (Date.parse(endedAt!) - Date.parse(startedAt!)) / 1000;
}

test('a copy that takes ten times as long costs no more requests than the relists of its watches', async () => {
  const short = await costOf('short', SHORT_SECONDS);
  const long = await costOf('long', LONG_SECONDS);

  const known = RULES_FOR_PODS + EARLIER_MIGRATIONS + CONVERSION_IMAGE + FREEZING_OF_A_PAGE;
  const looks = CAPACITIES + LIVE_LOOKS + OF_THE_LOGIN + NUDGES;
  expect(short.own).toBeLessThan(40 + known + looks);
  expect(long.seconds - short.seconds).toBeGreaterThan(WATCH_SECONDS);
  const grown = Object.keys(long.byKind).filter((kind) => {
    const more = kind === NUDGE ? NUDGES : 0;
    return (long.byKind[kind] ?? 0) > (short.byKind[kind] ?? 0) + more;
  });
  expect(grown.filter((kind) => !kind.startsWith('watch '))).toEqual([]);
  expect(grown).toContain('watch datavolumes');
  const rounds = Math.ceil((long.seconds - short.seconds) / WATCH_SECONDS);
  expect(long.own - short.own).toBeLessThanOrEqual(rounds * WATCHED_KINDS + NUDGES);
});

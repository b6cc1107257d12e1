/** Owners who take their word back in the middle of a migration, and an operator who gives it up then. */
import { type ApiObject, type Kind, NAMESPACES, SECRETS } from '../../activities/kubernetes/api/kinds';
import { stopProcess } from '../../lab/process';
import { TARGET, USE } from '../../plan/consent';
import type { Phase, VmState } from '../../workflows/temporal-api';
import { eventually, eventuallyPasses } from '../support/eventually';
import { plan, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage, type StartedVm } from './stage';

const SECRET = { name: 'vcenter-login', namespace: 'openshift-mtv' };
/** Longer than any test. */
const SLOW_SECONDS = 600;

let stage: Stage;
let empty: string[];

beforeAll(async () => {
  stage = await Stage.open([vm('lent', ['block', 'array']), vm('hosted', ['block', 'array'])]);
  empty = await stage.contents();
  await stage.array.takeAtLeast(SLOW_SECONDS);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

afterEach(async () => {
  // What was said before counts again, for the next test.
  await say(SECRETS, SECRET, { [USE]: 'provider' });
  await say(NAMESPACES, { name: TARGET_NAMESPACE }, { [TARGET]: 'true' });
});

type Named = { name: string; namespace?: string };

async function say(kind: Kind<ApiObject>, ref: Named, labels: Record<string, string | null>): Promise<void> {
  await stage.admin.patch(kind, ref, { metadata: { labels } });
}

async function copyingVm(name: string): Promise<StartedVm> {
  const { vm: named } = await stage.start(plan(stage.whole.lab.state, [name], { skipConversion: true }));
  await stage.copying(named(name));
  return named(name);
}

/** Another worker knows only what the owners say now: the former one might have gone by their word for a minute. */
async function otherWorker(): Promise<void> {
  if (stage.whole.worker !== null) await stopProcess(stage.whole.worker);
  await stage.whole.startWorker();
}

/** Also one that has parked before. */
function parkedIn(started: StartedVm, phase: Phase): Promise<VmState> {
  return eventually(async () => {
    const state = await stage.state(started);
    return state.attention?.phase === phase && state;
  });
}

function operator(word: 'abort' | 'retry', { name }: StartedVm) {
  return stage.whole.run(word, name, '--why', 'its owner said no');
}

async function nothingOfOursIsLeft(): Promise<void> {
  await eventuallyPasses(async () => expect(await stage.contents()).toEqual(empty));
  expect(await stage.array.running()).toEqual([]);
}

test('a namespace whose owner takes the label back is left as it was by an abort, and the source runs again', async () => {
  const started = await copyingVm('hosted');
  expect((await stage.source.power(started.moref)).state).toBe('poweredOff');
  await say(NAMESPACES, { name: TARGET_NAMESPACE }, { [TARGET]: null });
  await otherWorker();

  const { failure } = await parkedIn(started, 'copy');
  expect(failure?.kind).toBe('NamespaceNotConsented');
  expect(await operator('abort', started)).toMatchObject({ code: 0 });

  expect(await stage.result(started)).toMatchObject({ outcome: 'aborted', left: [] });
  expect((await stage.source.power(started.moref)).state).toBe('poweredOn');
  await nothingOfOursIsLeft();
});

test('a login whose owner takes the label back starts no source; an abort removes all else, and is done when it is lent again', async () => {
  const started = await copyingVm('lent');
  await say(SECRETS, SECRET, { [USE]: null });
  await otherWorker();

  expect(await operator('abort', started)).toMatchObject({ code: 0 });
  const { attention, source } = await parkedIn(started, 'restore');
  expect(attention?.failure).toMatchObject({
    kind: 'SecretNotConsented',
    message: expect.stringContaining(`label secret vcenter-login ${USE}=provider`) as string,
  });
  expect(source).toMatchObject({ stoppedByUs: true, startedAgainAt: null });
  await nothingOfOursIsLeft();
  expect((await stage.source.power(started.moref)).state).toBe('poweredOff');

  await say(SECRETS, SECRET, { [USE]: 'provider' });
  expect(await operator('retry', started)).toMatchObject({ code: 0 });
  expect(await stage.result(started)).toMatchObject({ outcome: 'aborted', left: [] });
  expect((await stage.source.power(started.moref)).state).toBe('poweredOn');
});

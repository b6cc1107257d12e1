/** Hooks of a VM: one Job for each attempt. Two of them never run at a time. */
import { hookResultsSchema, type HookResults } from '../../../plan/hooks';
import { hookJobName } from '../../../plan/names';
import { type VmRef, vmRef } from '../../../plan/vm-ref';
import { failure } from '../../failure';
import type { AwaitedHook, HookReport, HookRequest } from '../../interfaces';
import type { ApiClient } from '../api/api-client';
import { CONFIG_MAPS, JOBS, type Pod, PODS } from '../api/kinds';
import { ensure, ownedBy } from '../api/ownership';
import { hookFiles } from '../objects/hook-files';
import { HOOK_CONTAINER, hookJob } from '../objects/hook-job';
import { STEP_LABEL } from '../objects/steps';
import { awaitPodEnd, endJobs, JOB_NAME_LABEL, type JobInProgress } from '../pods/job-pods';
import { readLogLines } from '../pods/log-lines';
import { plainLine } from '../pods/plain-line';
import { containerStatuses, hasBegun } from '../pods/pod-containers';
import { whyEnded } from '../pods/pod-reasons';
import { deadlineIn, type Scope } from '../waiting/scope';
import { DeadlineError } from '../waiting/wait';

/** Of the log that Drover keeps of one attempt. */
const KEPT_LINES = 200;
const KEPT_BYTES = 16 * 1024;
/** Characters of a hook's last line, as a failure quotes it. */
const LONGEST_QUOTE = 300;

/** Makes the files of the attempt, then its Job. */
export async function startHook(api: ApiClient, { vm, step, attempt, results }: HookRequest): Promise<void> {
  const hook = vm.hooks?.find((one) => one.step === step);
  if (hook === undefined) throw failure('Unexpected', `the plan has no hook ${step} for this VM`);
  const owner = vmRef(vm);
  await ensure(api, CONFIG_MAPS, hookFiles(vm, { hook, attempt, results }), owner);
  await ensure(api, JOBS, hookJob(vm, hook, attempt), owner);
}

/** @throws HookFailed with a {@link HookReport}; CopierLost where nobody can say whether the Pod still runs */
export async function awaitHook(scope: Scope, awaited: AwaitedHook): Promise<HookReport> {
  const { vm, step, name: hook, attempt, deadlineSeconds } = awaited;
  const { api } = scope.cluster;
  const name = hookJobName(vm.baseName, step, attempt);
  const title = `hook ${hook} (${step})`;
  let last: JobInProgress | null = null;
  let log: string[] = [];
  const look = (job: JobInProgress) => {
    last = job;
    if (job.delay?.kind === 'final') throw failed(`${title} can't start: ${job.delay.clause}`, log);
    if (job.delay === null) scope.progress.report({ note: `${title} runs` });
  };
  const atEnd = async (pod: Pod) => {
    log = await readLog(api, pod);
  };
  const job = { name, namespace: vm.namespace, look, atEnd };
  try {
    return reportOf(await awaitPodEnd(scope, job, deadlineIn(scope, deadlineSeconds)), {
      title,
      log: () => log,
    });
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw await late(api, awaited, { title, last });
  }
}

/** Ends every hook of the VM, proves its Pod gone, and removes its files. Does nothing where there is none. */
export async function stopHook(scope: Scope, vm: VmRef): Promise<void> {
  await endJobs(scope, { vm, step: 'hook' });
  const labelSelector = `${ownedBy(vm)},${STEP_LABEL}=hook`;
  await scope.cluster.api.deleteAll(CONFIG_MAPS, { namespace: vm.namespace, labelSelector });
}

function reportOf(pod: Pod | null, { title, log }: { title: string; log: () => string[] }): HookReport {
  if (pod === null) throw failed(`the Job of ${title} went without leaving a Pod`, []);
  const ended = containerStatuses(pod).find(({ name }) => name === HOOK_CONTAINER)?.state?.terminated;
  const lines = log();
  if (ended?.exitCode === 0) return { log: lines, ...readResults(ended.message) };
  const why = `${title} failed: ${whyEnded(pod, HOOK_CONTAINER)}`;
  const words = plainLine(lines.findLast((line) => line.trim() !== '') ?? '', LONGEST_QUOTE);
  throw failed(words === '' ? why : `${why}; its last words: ${words}`, lines);
}

/** What it has said by then is kept: a hook that hangs says why in its log. */
async function late(
  api: ApiClient,
  { vm, step, attempt, deadlineSeconds }: AwaitedHook,
  { title, last }: { title: string; last: JobInProgress | null },
): Promise<Error> {
  const within = `within ${deadlineSeconds} s`;
  const job = hookJobName(vm.baseName, step, attempt);
  const labelSelector = `${ownedBy(vm)},${JOB_NAME_LABEL}=${job}`;
  const [pod] = (await api.list(PODS, { namespace: vm.namespace, labelSelector })).items;
  if (pod !== undefined && hasBegun(pod))
    return failed(`${title} did not end ${within}`, await readLog(api, pod));
  return failed(`${title} did not start ${within}: ${last?.delay?.clause ?? 'no reason given'}`, []);
}

function failed(why: string, log: string[]): Error {
  const report: HookReport = { log, results: {}, warning: null };
  return failure('HookFailed', why, report);
}

/** A log that can't be read changes nothing of how the hook ended. */
async function readLog(api: ApiClient, { metadata }: Pod): Promise<string[]> {
  const log = {
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    container: HOOK_CONTAINER,
  };
  const wanted = { count: KEPT_LINES, mostBytes: KEPT_BYTES };
  const lines = await readLogLines(api, log, wanted).catch(() => []);
  return lines.map(({ text }) => text);
}

/** A hook need not say anything, and what it says need not be results. */
function readResults(message = ''): { results: HookResults; warning: string | null } {
  if (message.trim() === '') return { results: {}, warning: null };
  try {
    const read = hookResultsSchema.safeParse(JSON.parse(message));
    if (read.success) return { results: read.data, warning: null };
  } catch {
    // It is no JSON: see below.
  }
  const warning = 'its termination message is no JSON object of short texts, so it has no results';
  return { results: {}, warning };
}

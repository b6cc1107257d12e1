/** The conversion of a VM's disks: one Job per attempt, never two on the same disks. */
import type { FrozenVm, VmRef } from '../../plan/frozen';
import { vmRef } from '../../plan/frozen';
import { conversionJobName } from '../../plan/names';
import type { ConversionReport } from '../contract';
import { failure } from '../failure';
import type { ApiClient } from './api-client';
import { ContainerLog } from './container-log';
import { shorten } from './errors';
import { awaitPodEnd, endJobs } from './job-pods';
import { CONFIG_MAPS, JOBS, type Pod } from './kinds';
import { CONVERSION_CONTAINER, conversionInput, conversionJob } from './objects/conversion-job';
import { ensure } from './ownership';
import { containerStatuses, whyEnded, whyWaiting } from './pod-reasons';
import { deadlineIn, type Scope } from './scope';
import { DeadlineError } from './wait';

export async function startConversion(api: ApiClient, vm: FrozenVm, attempt: number): Promise<void> {
  await ensure(api, CONFIG_MAPS, conversionInput(vm), vmRef(vm));
  await ensure(api, JOBS, conversionJob(vm, attempt), vmRef(vm));
}

/** @throws ConversionFailed with virt-v2v's own reason; ConversionLost where the Pod went without saying any */
export async function awaitConversion(
  scope: Scope,
  { vm, attempt, deadlineSeconds }: { vm: VmRef; attempt: number; deadlineSeconds: number },
): Promise<ConversionReport> {
  const log = new ContainerLog(
    scope.cluster.api,
    CONVERSION_CONTAINER,
    ({ stage }) => scope.progress.report({ note: typeof stage === 'string' ? shorten(stage) : null }),
    scope.signal,
  );
  const onPod = (pod: Pod) => {
    const note = whyWaiting(pod);
    if (note !== null) scope.progress.report({ note });
    log.look(pod);
  };
  const job = { name: conversionJobName(vm.baseName, attempt), namespace: vm.namespace, onPod };
  try {
    return conversionReport(await awaitPodEnd(scope, job, deadlineIn(scope, deadlineSeconds)));
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw failure('ConversionFailed', `the conversion did not end within ${deadlineSeconds} s`);
  }
}

export function stopConversion(scope: Scope, vm: VmRef): Promise<void> {
  return endJobs(scope, { vm, step: 'convert' });
}

/** What our conversion image says at its end. */
interface ConversionEnd {
  converted?: unknown;
  os?: unknown;
  bootDisk?: unknown;
  warnings?: unknown;
  error?: unknown;
}

export function conversionReport(pod: Pod | null): ConversionReport {
  if (pod === null) throw failure('ConversionLost', 'the conversion Job went without leaving a Pod');
  const ended = containerStatuses(pod).find(({ name }) => name === CONVERSION_CONTAINER)?.state?.terminated;
  const end = readEnd(ended?.message);
  if (end === null)
    throw failure(
      'ConversionLost',
      `the conversion ended without a result: ${whyEnded(pod, CONVERSION_CONTAINER)}`,
    );
  if (ended?.exitCode !== 0 || end.converted !== true) {
    const reason = typeof end.error === 'string' ? shorten(end.error) : whyEnded(pod, CONVERSION_CONTAINER);
    throw failure('ConversionFailed', `virt-v2v-in-place failed: ${reason}`);
  }
  return {
    converted: true,
    os: typeof end.os === 'string' ? end.os : null,
    bootDisk: typeof end.bootDisk === 'number' ? end.bootDisk : null,
    warnings: Array.isArray(end.warnings)
      ? end.warnings.filter((text) => typeof text === 'string').map(shorten)
      : [],
  };
}

function readEnd(message: string | undefined): ConversionEnd | null {
  try {
    const end: unknown = JSON.parse(message ?? '');
    return typeof end === 'object' && end !== null ? (end as ConversionEnd) : null;
  } catch {
    return null;
  }
}

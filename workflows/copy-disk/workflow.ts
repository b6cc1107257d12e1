import { CancellationScope, CancelledFailure, setHandler } from '@temporalio/workflow';
import type {
  AttemptEvidence,
  CopyReport,
  DiskRequest,
  PluginPatience,
  PluginRequest,
} from '../../activities/interfaces';
import { cleanUp, quick, waits } from '../activity-proxies';
import {
  copyStateQuery,
  type CopyAttempt,
  type CopyDiskInput,
  type CopyDiskResult,
  type CopyDiskState,
  type CopyPolicy,
} from '../temporal-api';
import { detailOf, fail, toFailure } from '../failure';
import { fitted } from '../fit';
import { now } from '../time';
import { beginAttempt, endAttempt, mayTryAgain, newCopyState } from './state';

/**
 * Fills one bound volume with one disk, by whichever method.
 * Cancelled, it ends only when the copier is proven gone.
 */
export async function copyDisk(input: CopyDiskInput): Promise<CopyDiskResult> {
  const state = newCopyState(input.firstAttempt);
  setHandler(copyStateQuery, () => fitted(state));
  try {
    const report = await copy(input, state);
    return fitted({ ...state, copyId: input.copyId, bytes: report.bytes });
  } catch (error) {
    throw CancellationScope.current().consideredCancelled
      ? await stopped(input, state)
      : withState(error, state);
  }
}

function copy(input: CopyDiskInput, state: CopyDiskState): Promise<CopyReport> {
  switch (input.disk.method.kind) {
    case 'import':
      return recorded(input, state, () => copyByImport(input));
    case 'plugin':
      return copyByPlugin(input, state);
  }
}

/** Runs one attempt, and keeps what became of it. */
async function recorded(
  { disk }: CopyDiskInput,
  state: CopyDiskState,
  run: () => Promise<CopyReport>,
): Promise<CopyReport> {
  beginAttempt(state, disk.method.kind, now());
  try {
    const report = await run();
    const { bytes, image = null } = report;
    endAttempt(state, { outcome: 'copied', bytes, image }, now());
    return report;
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) endAttempt(state, { outcome: 'stopped' }, now());
    else endAttempt(state, { outcome: 'failed', failure: toFailure(error), ...evidence(error) }, now());
    throw error;
  }
}

/** What the attempt's own activity says of it beside its failure; its log stays where it is, in this history. */
function evidence(error: unknown): Pick<CopyAttempt, 'image' | 'bytes'> {
  const { image = null, bytes = null } = (detailOf(error) ?? {}) as Partial<AttemptEvidence>;
  return { image, bytes };
}

/** The wait lets CDI start, which then restarts a failed importer by itself: there is only the end to wait for. */
function copyByImport(input: CopyDiskInput): Promise<CopyReport> {
  const { importRestarts, copyDeadlineSeconds, copyStartDeadlineSeconds } = input.policy;
  return waits(copyDeadlineSeconds).awaitImport({
    ...diskRequest(input),
    maxRestarts: importRestarts,
    deadlineSeconds: copyDeadlineSeconds,
    startDeadlineSeconds: copyStartDeadlineSeconds,
  });
}

async function copyByPlugin(input: CopyDiskInput, state: CopyDiskState): Promise<CopyReport> {
  // Whatever ended the former attempts, this one begins only when they are proven gone.
  if (input.firstAttempt > 1) await cleanUp.stopCopy(diskRequest(input));
  for (;;) {
    try {
      return await recorded(input, state, () => runPlugin(input, state.attempt));
    } catch (error) {
      if (CancellationScope.current().consideredCancelled) throw error;
      const failure = toFailure(error);
      state.failures.push(failure);
      await cleanUp.stopCopy(diskRequest(input));
      if (!mayTryAgain(state, failure, input.policy.copyAttempts)) throw error;
      state.attempt += 1;
    }
  }
}

async function runPlugin(input: CopyDiskInput, attempt: number): Promise<CopyReport> {
  const { connection, copyId, policy } = input;
  const request: PluginRequest = { ...diskRequest(input), attempt, copyId, connection };
  await quick.startPlugin(request);
  return waits(policy.copyDeadlineSeconds).awaitPlugin({ ...request, ...patience(policy) });
}

function patience(policy: CopyPolicy): PluginPatience {
  return {
    deadlineSeconds: policy.copyDeadlineSeconds,
    startDeadlineSeconds: policy.copyStartDeadlineSeconds,
    stallWarningSeconds: policy.stallWarningSeconds,
    stallDeadlineSeconds: policy.stallDeadlineSeconds,
  };
}

/** The failure to end with after a cancellation: that the copier can't be proven gone outweighs it. */
async function stopped(input: CopyDiskInput, state: CopyDiskState): Promise<Error> {
  try {
    await CancellationScope.nonCancellable(() => cleanUp.stopCopy(diskRequest(input)));
    return new CancelledFailure('the copy was cancelled and its copier is gone');
  } catch (error) {
    return withState(error, state);
  }
}

function withState(error: unknown, state: CopyDiskState): Error {
  const { kind, message } = toFailure(error);
  return fail(kind, message, fitted(state));
}

function diskRequest({ vm, disk }: CopyDiskInput): DiskRequest {
  return { vm, disk };
}

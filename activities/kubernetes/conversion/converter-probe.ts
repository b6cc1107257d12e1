/** Asks the conversion image what it can convert, while the source still runs. */
import { z } from 'zod';
import type { FrozenVm } from '../../../plan/frozen';
import { vmRef, type VmRef } from '../../../plan/vm-ref';
import { probeJobName } from '../../../plan/names';
import type { ConverterAbilities } from '../../interfaces';
import { failure } from '../../failure';
import { awaitPodEnd, endJobs, type JobInProgress } from '../pods/job-pods';
import { isGoing } from '../api/going';
import { type Job, JOBS, type Pod } from '../api/kinds';
import { PROBE_CONTAINER, probeJob } from '../objects/probe-job';
import { ensure } from '../api/ownership';
import { containerStatuses } from '../pods/pod-containers';
import { whyEnded } from '../pods/pod-reasons';
import { deadlineIn, type Scope } from '../waiting/scope';
import { DeadlineError } from '../waiting/wait';

/** See `images/conversion/probe.ts`. */
const answerSchema = z.object({ virtioWin: z.boolean(), converter: z.string().nullable() });

/** @throws ConversionFailed where the image gives no answer */
export async function probeConverter(
  scope: Scope,
  vm: FrozenVm,
  deadlineSeconds: number,
): Promise<ConverterAbilities> {
  const { conversion } = vm;
  if (conversion === null) throw failure('Unexpected', 'the plan has no conversion for this VM');
  await ask(scope, probeJob(vm, conversion), vmRef(vm));
  const answer = await answered(scope, { vm, image: conversion.image, deadlineSeconds });
  await endJobs(scope, { vm: vmRef(vm), step: 'probe' });
  if (typeof answer === 'string') throw failure('ConversionFailed', answer);
  return answer;
}

/**
 * Makes the Job. If another attempt is removing a Job of this name, its Pod gives no answer: a new Job is made then.
 */
async function ask(scope: Scope, job: Job, vm: VmRef): Promise<void> {
  const { api } = scope.cluster;
  const { object } = await ensure(api, JOBS, job, vm);
  if (!isGoing(object)) return;
  await endJobs(scope, { vm, step: 'probe' });
  await ensure(api, JOBS, job, vm);
}

interface Question {
  vm: FrozenVm;
  image: string;
  deadlineSeconds: number;
}

/** The answer, or why there is none. */
async function answered(
  scope: Scope,
  { vm, image, deadlineSeconds }: Question,
): Promise<ConverterAbilities | string> {
  let why: string | null = null;
  const look = ({ delay }: JobInProgress) => {
    why = delay?.clause ?? null;
    if (delay?.kind === 'final') throw new Unanswerable();
    if (delay === null) scope.progress.report({ note: 'asking the conversion image' });
  };
  const job = { name: probeJobName(vm.baseName), namespace: vm.namespace, look };
  try {
    const pod = await awaitPodEnd(scope, job, deadlineIn(scope, deadlineSeconds));
    return pod === null ? `the Job that asks the conversion image ${image} has no Pod` : answerOf(pod, image);
  } catch (error) {
    if (error instanceof Unanswerable) return `the conversion image ${image} can't be asked: ${why}`;
    if (!(error instanceof DeadlineError)) throw error;
    const late = `the conversion image ${image} did not answer within ${deadlineSeconds} s`;
    return why === null ? late : `${late}: ${why}`;
  }
}

/** No Pod with this image can ever start. */
class Unanswerable extends Error {}

function answerOf(pod: Pod, image: string): ConverterAbilities | string {
  const end = containerStatuses(pod).find(({ name }) => name === PROBE_CONTAINER)?.state?.terminated;
  const said = answerSchema.safeParse(parse(end?.message));
  return said.success
    ? said.data
    : `the conversion image ${image} gave no answer: ${whyEnded(pod, PROBE_CONTAINER)}`;
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

/** The conversion of a VM's disks: one Job per attempt. Two Jobs never work on one VM's disks at a time. */
import { z } from 'zod';
import type { FrozenVm } from '../../../plan/frozen';
import { vmRef, type VmRef } from '../../../plan/vm-ref';
import { conversionJobName } from '../../../plan/names';
import type { FailureKind } from '../../../plan/failures';
import type { ConversionAttempt, ConversionReport } from '../../interfaces';
import { failure } from '../../failure';
import type { ApiClient } from '../api/api-client';
import { ContainerLog } from '../pods/container-log';
import { shorten } from '../api/errors';
import { awaitPodEnd, endJobs, type JobInProgress, overdue } from '../pods/job-pods';
import { CONFIG_MAPS, JOBS, type Pod } from '../api/kinds';
import { CONVERSION_CONTAINER, conversionJob, KEYS_ANNOTATION } from '../objects/conversion-job';
import { ensure } from '../api/ownership';
import { guestScriptsMap } from '../objects/guest-scripts-map';
import type { GuestScripts } from '../access/guest-scripts';
import type { SecretValues } from '../access/secrets';
import { ensureConversionKeys, hasConversionKeys, removeConversionKeys } from './conversion-keys';
import { ensureScratch } from '../volumes/scratch';
import { containerStatuses, hasBegun } from '../pods/pod-containers';
import { whyEnded } from '../pods/pod-reasons';
import { deadlineIn, type Scope } from '../waiting/scope';
import { DeadlineError } from '../waiting/wait';

/** What a conversion is given for its guest; null where the plan names none. */
interface Given {
  /** Of the guest's disks, by key. */
  passphrases: SecretValues | null;
  scripts: GuestScripts | null;
}

/** @throws ScratchLost */
export async function startConversion(
  api: ApiClient,
  vm: FrozenVm,
  attempt: ConversionAttempt,
  { passphrases, scripts }: Given,
): Promise<string> {
  const { conversion } = vm;
  if (conversion === null) throw failure('Unexpected', 'the plan has no conversion for this VM');
  const scratchUid = await ensureScratch(api, vm, { ...attempt, conversion });
  if (passphrases !== null) await ensureConversionKeys(api, vm, { ...attempt, passphrases });
  if (scripts !== null)
    await ensure(api, CONFIG_MAPS, guestScriptsMap(vm, attempt.attempt, scripts), vmRef(vm));
  await ensure(api, JOBS, conversionJob(vm, conversion, attempt), vmRef(vm));
  return scratchUid;
}

export interface AwaitedConversion {
  vm: VmRef;
  attempt: number;
  deadlineSeconds: number;
  /** If something keeps the Pod from starting for so long, the attempt ends; absent: at `deadlineSeconds`. */
  startDeadlineSeconds?: number | undefined;
}

/**
 * @throws the failure kind of the reason that the conversion names; ConversionNotStarted; ConversionLost where the Pod
 * ended and named no reason
 */
export async function awaitConversion(
  scope: Scope,
  { vm, attempt, deadlineSeconds, startDeadlineSeconds }: AwaitedConversion,
): Promise<ConversionReport> {
  const log = new ContainerLog(scope.cluster.api, CONVERSION_CONTAINER, ({ stage, accelerator }) =>
    scope.progress.report({ note: stageNote(stage, accelerator) }),
  );
  let last: JobInProgress | null = null;
  const look = (job: JobInProgress) => {
    last = job;
    if (job.delay?.kind === 'final') throw notStarted(job.delay.clause);
    const late = overdue(job, startDeadlineSeconds);
    if (late !== null) throw notStarted(`not ${late}`);
    if (job.pod !== null) log.look(job.pod);
  };
  const name = conversionJobName(vm.baseName, attempt);
  const awaited = { name, namespace: vm.namespace, after: { vm, step: 'copy' }, look } as const;
  try {
    const pod = await awaitPodEnd(scope, awaited, deadlineIn(scope, deadlineSeconds));
    const report = conversionReport(pod);
    // After any other end, the conversion is stopped.
    if (hasConversionKeys(pod)) await removeConversionKeys(scope.cluster.api, vm);
    return report;
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw lateConversion(last, deadlineSeconds);
  } finally {
    log.close();
  }
}

function lateConversion(job: JobInProgress | null, seconds: number): Error {
  // The conversion ran, and may have written to the scratch volume.
  if (job?.pod != null && hasBegun(job.pod)) {
    return failure('ConversionFailed', `the conversion did not end within ${seconds} s`);
  }
  const why = job?.delay?.clause ?? (job?.pod == null ? 'it has no Pod' : 'no reason given');
  return notStarted(`not within ${seconds} s: ${why}`);
}

function notStarted(why: string): Error {
  return failure('ConversionNotStarted', `the conversion did not begin: ${why}`);
}

export async function stopConversion(scope: Scope, vm: VmRef): Promise<void> {
  await endJobs(scope, { vm, step: 'convert' });
  await removeConversionKeys(scope.cluster.api, vm);
}

function stageNote(stage: unknown, accelerator: unknown): string | null {
  if (typeof stage !== 'string') return null;
  return accelerator === 'tcg' ? `${shorten(stage)} (emulated: no KVM)` : shorten(stage);
}

/** The last message of Drover's conversion image; see `images/conversion/report.ts`. */
const endSchema = z.object({
  converted: z.boolean(),
  os: z.string().nullish(),
  osinfo: z.string().nullish(),
  virtio: z.boolean().nullish(),
  firmware: z.enum(['bios', 'efi']).nullish(),
  bootDisk: z.number().int().nullish(),
  warnings: z.array(z.string()).catch([]),
  accelerator: z.enum(['kvm', 'tcg']).nullish(),
  error: z.string().optional(),
  reason: z
    .enum([
      'notRecognized',
      'unsupported',
      'multiBoot',
      'unclean',
      'encrypted',
      'driversMissing',
      'customization',
      'scratchFull',
      'scratchLost',
      'stopped',
      'failed',
    ])
    .catch('failed'),
});

type ConversionEnd = z.infer<typeof endSchema>;

/**
 * The failure kind for each reason. A stopped conversion did not fail: its Pod may have been stopped to empty the
 * node.
 */
const KINDS: Record<ConversionEnd['reason'], FailureKind> = {
  notRecognized: 'GuestNotRecognized',
  unsupported: 'GuestUnsupported',
  multiBoot: 'GuestMultiBoot',
  unclean: 'GuestUnclean',
  encrypted: 'GuestEncrypted',
  driversMissing: 'GuestDriversMissing',
  customization: 'CustomizationFailed',
  scratchFull: 'ScratchFull',
  scratchLost: 'ScratchLost',
  stopped: 'ConversionLost',
  failed: 'ConversionFailed',
};

export function conversionReport(pod: Pod | null): ConversionReport {
  if (pod === null) throw failure('ConversionLost', 'the conversion Job went without leaving a Pod');
  const ended = containerStatuses(pod).find(({ name }) => name === CONVERSION_CONTAINER)?.state?.terminated;
  if (!hasBegun(pod)) {
    throw failure(
      'ConversionNotStarted',
      `the Pod of the conversion went before it ran: ${whyEnded(pod, CONVERSION_CONTAINER)}`,
    );
  }
  const end = readEnd(ended?.message);
  if (end === null) {
    const why = whyEnded(pod, CONVERSION_CONTAINER);
    throw failure('ConversionLost', `the conversion ended without a result: ${why}`);
  }
  if (ended?.exitCode !== 0 || !end.converted) throw failedConversion(pod, end);
  const { os = null, osinfo = null, virtio = null, firmware = null, bootDisk = null } = end;
  const { warnings, accelerator = null } = end;
  const guest = { os, osinfo, virtio, firmware, bootDisk };
  return { converted: true, ...guest, warnings: warnings.map(shorten), accelerator };
}

function failedConversion(pod: Pod, { reason, error }: ConversionEnd): Error {
  const kind = KINDS[reason];
  const said = error === undefined ? whyEnded(pod, CONVERSION_CONTAINER) : shorten(error);
  const what = reason === 'customization' ? 'a script for the guest' : 'virt-v2v-in-place';
  return failure(kind, `${what} failed: ${said}${objectOf(pod, kind)}`);
}

/** What the remedy speaks of: the message names it. */
function objectOf(pod: Pod, kind: FailureKind): string {
  switch (kind) {
    case 'ScratchFull':
      return ` (claim ${scratchClaimOf(pod)})`;
    case 'GuestEncrypted': {
      const secret = pod.metadata?.annotations?.[KEYS_ANNOTATION];
      return secret === undefined
        ? ' (the plan names no Secret with keys)'
        : ` (keys: Secret ${shorten(secret)})`;
    }
    default:
      return '';
  }
}

function scratchClaimOf(pod: Pod): string {
  const volume = pod.spec?.volumes?.find(({ name }) => name === 'scratch');
  return volume?.persistentVolumeClaim?.claimName ?? 'scratch';
}

function readEnd(message: string | undefined): ConversionEnd | null {
  try {
    return endSchema.safeParse(JSON.parse(message ?? '')).data ?? null;
  } catch {
    return null;
  }
}

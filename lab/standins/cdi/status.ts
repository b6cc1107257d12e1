/** A DataVolume's status, from its claim and the claim's annotations. */
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type {
  V1beta1DataVolumeCondition,
  V1beta1DataVolumeStatus,
} from '@kubevirt-ui-ext/kubevirt-api/containerized-data-importer';
import * as notes from './annotations';

export type Status = V1beta1DataVolumeStatus;

export type Condition = Omit<V1beta1DataVolumeCondition, 'lastTransitionTime' | 'lastHeartbeatTime'>;

export function statusOf(claim: V1PersistentVolumeClaim, before: Status, waitsForConsumer: boolean): Status {
  const annotations = claim.metadata?.annotations ?? {};
  const phase = phaseOf(claim, waitsForConsumer);
  const conditions = [boundCondition(claim), runningCondition(annotations)];
  return {
    claimName: claim.metadata?.name,
    phase,
    progress: phase === 'Succeeded' ? '100.0%' : (before.progress ?? 'N/A'),
    restartCount: Number(annotations[notes.POD_RESTARTS] ?? 0),
    conditions: withTimes([...conditions, readyCondition(phase, conditions)], before.conditions ?? []),
  };
}

/** The status of a DataVolume that has no claim; `reason` and `message` say why. */
export function statusWithoutClaim(before: Status, reason: string, message: string): Status {
  const conditions: Condition[] = [
    { type: 'Bound', status: 'False', reason, message },
    { type: 'Running', status: 'False', reason: '', message: '' },
    { type: 'Ready', status: 'False', reason, message },
  ];
  return { phase: 'Pending', progress: 'N/A', conditions: withTimes(conditions, before.conditions ?? []) };
}

function phaseOf(claim: V1PersistentVolumeClaim, waitsForConsumer: boolean): string {
  const annotations = claim.metadata?.annotations ?? {};
  const podPhase = annotations[notes.POD_PHASE];
  if (podPhase === 'Succeeded') return 'Succeeded';
  switch (claim.status?.phase) {
    case 'Lost':
      return 'Failed';
    case 'Bound':
      if (!(notes.IMPORT_POD in annotations)) return 'PVCBound';
      return podPhase === 'Running' ? 'ImportInProgress' : 'ImportScheduled';
    default:
      return waitsForConsumer ? 'WaitForFirstConsumer' : 'Pending';
  }
}

function boundCondition(claim: V1PersistentVolumeClaim): Condition {
  const annotations = claim.metadata?.annotations ?? {};
  const name = claim.metadata?.name;
  if (annotations[notes.BOUND] === 'false') {
    const [reason, message] = [annotations[notes.BOUND_REASON], annotations[notes.BOUND_MESSAGE]];
    return { type: 'Bound', status: 'False', reason, message };
  }
  switch (claim.status?.phase) {
    case 'Bound':
      return { type: 'Bound', status: 'True', reason: 'Bound', message: `PVC ${name} Bound` };
    case 'Lost':
      return { type: 'Bound', status: 'False', reason: 'ClaimLost', message: 'Claim Lost' };
    default:
      return { type: 'Bound', status: 'False', reason: 'Pending', message: `PVC ${name} Pending` };
  }
}

function runningCondition(annotations: Record<string, string>): Condition {
  return {
    type: 'Running',
    status: annotations[notes.RUNNING] === 'true' ? 'True' : 'False',
    reason: annotations[notes.RUNNING_REASON] ?? '',
    message: annotations[notes.RUNNING_MESSAGE] ?? '',
  };
}

function readyCondition(phase: string, others: Condition[]): Condition {
  if (phase === 'Succeeded') return { type: 'Ready', status: 'True', reason: '', message: '' };
  const running = others.some(({ type, status }) => type === 'Running' && status === 'True');
  return { type: 'Ready', status: 'False', reason: running ? 'TransferRunning' : '', message: '' };
}

/** A condition that does not change keeps its times. */
function withTimes(
  conditions: Condition[],
  before: V1beta1DataVolumeCondition[],
): V1beta1DataVolumeCondition[] {
  const now = new Date().toISOString();
  return conditions.map((condition) => {
    const known = before.find(({ type }) => type === condition.type);
    const { status, reason, message } = known ?? {};
    const sameStatus = status === condition.status;
    const same = sameStatus && (reason ?? '') === condition.reason && (message ?? '') === condition.message;
    return {
      ...condition,
      lastTransitionTime: (sameStatus && known?.lastTransitionTime) || now,
      lastHeartbeatTime: (same && known?.lastHeartbeatTime) || now,
    };
  });
}

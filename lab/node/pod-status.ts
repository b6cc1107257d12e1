/**
 * A Pod's status, made from what the node knows of its containers. Source of the rules: `getPhase`
 * (kubernetes 1.34.4, pkg/kubelet/kubelet_pods.go), as far as Pods without sidecar containers need them.
 */
import type { V1Pod, V1PodCondition, V1PodStatus } from '@kubernetes/client-node';
import type { ContainerRecord } from './container-record';

export interface PodView {
  pod: V1Pod;
  init: readonly ContainerRecord[];
  containers: readonly ContainerRecord[];
  startTime: Date;
  /** Set once the Pod must end: none of its containers will run again. */
  ending: { reason?: string; message?: string; failed: boolean } | null;
}

type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export function podStatus(view: PodView, previous: readonly V1PodCondition[]): V1PodStatus {
  const { ending, startTime } = view;
  return {
    phase: phaseOf(view),
    startTime,
    hostIP: '127.0.0.1',
    podIP: '127.0.0.1',
    podIPs: [{ ip: '127.0.0.1' }],
    conditions: conditions(view, previous),
    initContainerStatuses: view.init.map((record) => record.status()),
    // Source: SortedContainerStatuses (pkg/kubelet/types/types.go).
    containerStatuses: byName(view.containers).map((record) => record.status()),
    ...(ending?.reason && { reason: ending.reason, message: ending.message }),
  };
}

function byName(records: readonly ContainerRecord[]): ContainerRecord[] {
  return [...records].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function phaseOf({ pod, init, containers, ending }: PodView): Phase {
  const all = [...init, ...containers];
  if (ending && all.every((record) => record.terminated)) {
    return ending.failed || all.some(failed) ? 'Failed' : 'Succeeded';
  }
  const policy = pod.spec?.restartPolicy ?? 'Always';
  if (!isInitialized(init)) {
    return policy === 'Never' && init.some(failed) ? 'Failed' : 'Pending';
  }
  if (containers.some((record) => record.state.waiting && !record.waitsToRestart)) {
    return 'Pending';
  }
  if (policy === 'Always' || !containers.every((record) => record.terminated)) {
    return 'Running';
  }
  if (!containers.some(failed)) {
    return 'Succeeded';
  }
  return policy === 'Never' ? 'Failed' : 'Running';
}

function failed(record: ContainerRecord): boolean {
  return record.terminated !== undefined && record.terminated.exitCode !== 0;
}

function isInitialized(init: readonly ContainerRecord[]): boolean {
  return init.every((record) => record.terminated?.exitCode === 0);
}

function conditions(view: PodView, previous: readonly V1PodCondition[]): V1PodCondition[] {
  const unready = view.containers.filter((record) => !record.state.running).map((record) => record.name);
  const ready = unready.length === 0;
  const why = whyUnready(view, unready);
  return [
    condition('Initialized', isInitialized(view.init), previous),
    condition('ContainersReady', ready, previous, why),
    condition('Ready', ready, previous, why),
  ];
}

function whyUnready(view: PodView, unready: string[]): Partial<V1PodCondition> {
  if (unready.length === 0) {
    return {};
  }
  return phaseOf(view) === 'Succeeded'
    ? { reason: 'PodCompleted' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
}

function condition(
  type: string,
  holds: boolean,
  previous: readonly V1PodCondition[],
  why: Partial<V1PodCondition> = {},
): V1PodCondition {
  const status = holds ? 'True' : 'False';
  const before = previous.find((other) => other.type === type);
  const lastTransitionTime =
    before?.status === status && before.lastTransitionTime ? new Date(before.lastTransitionTime) : new Date();
  return { type, status, lastTransitionTime, ...why };
}

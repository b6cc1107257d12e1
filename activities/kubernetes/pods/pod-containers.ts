/**
 * Which containers do the work of a Pod. A cluster may add others (a service mesh's proxy, an agent), as containers or
 * as init containers that keep running. The state of these others says nothing about the Pod's work.
 */
import { COMPUTE_CONTAINER } from './launchers';
import type { ContainerStatus, Pod } from '../api/kinds';
import { STEP_CONTAINERS } from '../objects/steps';

const OWN: ReadonlySet<string> = new Set([...Object.values(STEP_CONTAINERS), COMPUTE_CONTAINER]);

/** The statuses of all containers, init containers included. */
export function containerStatuses(pod: Pod): ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

/** Names of the containers that do the Pod's work. All containers, if the Pod is neither Drover's nor a launcher. */
export function ownContainers(pod: Pod): string[] {
  const all = [...(pod.spec?.containers ?? []), ...(pod.status?.containerStatuses ?? [])];
  const names = [...new Set(all.map(({ name }) => name))];
  const own = names.filter((name) => OWN.has(name));
  return own.length > 0 ? own : names;
}

/** One entry for each such container; null where the kubelet has reported nothing about it. */
export function ownStatuses(pod: Pod): (ContainerStatus | null)[] {
  const statuses = pod.status?.containerStatuses ?? [];
  return ownContainers(pod).map((own) => statuses.find(({ name }) => name === own) ?? null);
}

/** Whether one of these containers runs, or has run. */
export function hasBegun(pod: Pod): boolean {
  return ownStatuses(pod).some(
    (status) =>
      (status?.state?.running ?? status?.state?.terminated ?? status?.lastState?.terminated) != null,
  );
}

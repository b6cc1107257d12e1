/**
 * Which containers of a Pod the Pod is there for. A cluster may add others (a service mesh's proxy, an agent), as
 * containers or as init containers that stay: they start, wait and end when they like, and say nothing of our work.
 */
import { COMPUTE_CONTAINER } from './launchers';
import type { ContainerStatus, Pod } from '../api/kinds';
import { STEP_CONTAINERS } from '../objects/steps';

const OWN: ReadonlySet<string> = new Set([...Object.values(STEP_CONTAINERS), COMPUTE_CONTAINER]);

/** Of all containers, those that run first and once among them. */
export function containerStatuses(pod: Pod): ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

/** Of a Pod that is neither ours nor a launcher, all. */
export function ownContainers(pod: Pod): string[] {
  const all = [...(pod.spec?.containers ?? []), ...(pod.status?.containerStatuses ?? [])];
  const names = [...new Set(all.map(({ name }) => name))];
  const own = names.filter((name) => OWN.has(name));
  return own.length > 0 ? own : names;
}

/** Null for a container of which its kubelet has said nothing. */
export function ownStatuses(pod: Pod): (ContainerStatus | null)[] {
  const statuses = pod.status?.containerStatuses ?? [];
  return ownContainers(pod).map((own) => statuses.find(({ name }) => name === own) ?? null);
}

/** Whether one of them runs, or has run. */
export function hasBegun(pod: Pod): boolean {
  return ownStatuses(pod).some(
    (status) =>
      (status?.state?.running ?? status?.state?.terminated ?? status?.lastState?.terminated) != null,
  );
}

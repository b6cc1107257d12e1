/** Removes a volume and its bytes once its claim is gone, where its reclaim policy is Delete. */
import { rm } from 'node:fs/promises';
import { VOLUMES } from '../resources';
import { type Outcome, WorkQueue } from '../work-queue';
import type { Controller, World } from '../world';
import { DRIVER, volumeFolder } from './driver';

export function startReclaimer(world: World, volumesDir: string): Controller {
  const queue = new WorkQueue({
    name: 'csi reclaimer',
    log: world.log,
    work: (name) => reclaim(world, volumesDir, name),
  });
  world.volumes.onChange(({ metadata }) => queue.add(metadata?.name ?? ''));
  return { stop: () => queue.stop() };
}

async function reclaim(world: World, volumesDir: string, name: string): Promise<Outcome> {
  const volume = world.volumes.get(name);
  if (volume?.spec?.csi?.driver !== DRIVER || volume.status?.phase !== 'Released') return 'done';
  if (volume.spec.persistentVolumeReclaimPolicy !== 'Delete') return 'done';
  // The volume is being deleted already and only waits for its finalizers: their owners remove them.
  if (volume.metadata?.deletionTimestamp) return 'done';
  await rm(volumeFolder(volumesDir, name), { recursive: true, force: true });
  await world.cluster.delete(VOLUMES, { name }, volume.metadata?.uid);
  return 'done';
}

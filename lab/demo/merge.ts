/** Two waves on one screen: the demo's plans run at once. */
import type { WatchSnapshot } from '../../client';

type Watch = AsyncGenerator<WatchSnapshot, void>;

/** Yields a joint picture whenever one of the waves moves; ends when all have ended or nothing moves any more. */
export async function* watchTogether(watches: readonly Watch[]): AsyncGenerator<WatchSnapshot, void> {
  const latest: (WatchSnapshot | null)[] = watches.map(() => null);
  const pending = new Map(watches.map((watch, index) => [index, next(watch, index)]));
  while (pending.size > 0) {
    const { index, result } = await Promise.race(pending.values());
    if (result.done) {
      pending.delete(index);
      continue;
    }
    latest[index] = result.value;
    pending.set(index, next(watches[index] as Watch, index));
    yield join(latest);
  }
}

async function next(
  watch: Watch,
  index: number,
): Promise<{ index: number; result: IteratorResult<WatchSnapshot> }> {
  return { index, result: await watch.next() };
}

function join(snapshots: readonly (WatchSnapshot | null)[]): WatchSnapshot {
  const known = snapshots.filter((snapshot) => snapshot !== null);
  const statuses = snapshots.map((snapshot) => snapshot?.status ?? 'running');
  const waves = known.flatMap(({ wave }) => wave ?? []);
  const [first] = waves;
  const plan = {
    namespace: first?.plan.namespace ?? '',
    name: waves.map((wave) => wave.plan.name).join('+'),
  };
  return {
    wave: first === undefined ? null : { ...first, plan, vms: waves.flatMap(({ vms }) => vms) },
    vms: known.flatMap(({ vms }) => vms),
    workerSilent: known.some(({ workerSilent }) => workerSilent),
    status: statuses.includes('running') ? 'running' : statuses.includes('parked') ? 'parked' : 'ended',
  };
}

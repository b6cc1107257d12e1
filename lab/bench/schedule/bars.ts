/** What a run of the bench has to show, or fail. */
import type { ScheduleRow, SchedulerName } from './measure';

/** How much longer than the least that is possible Drover may take: small estates have less to fill gaps with. */
export function barOf(vms: number): number {
  return vms < 1_000 ? 1.1 : 1.05;
}

/** One sentence for each bar that was missed, and for each fault that the checker found. */
export function missedBars(rows: readonly ScheduleRow[]): string[] {
  return rows.flatMap(({ shape, seed, results }) => {
    const where = `${shape.vms} VMs, ${shape.hosts} hosts, ${shape.datastores} datastores, seed ${seed}`;
    const { overBound } = results.drover;
    const bar = barOf(shape.vms);
    const missed =
      overBound > bar
        ? [`${where}: Drover takes ${overBound.toFixed(3)} times the bound; at most ${bar}`]
        : [];
    const faults = (Object.keys(results) as SchedulerName[]).flatMap((name) =>
      results[name].faults.map((fault) => `${where}: ${name}: ${fault}`),
    );
    return [...missed, ...faults];
  });
}

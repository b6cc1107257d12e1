/** What a run of the bench has to show, or fail. */
import { formatBytes } from '../../../client/render/format';
import type { WaveRow } from './measure';

/** VM/s of the largest wave over VM/s of the smallest, at least. */
export const LEAST_RATE = 0.8;
/** Of any history. Temporal warns at 10,240 events and 10 MiB. */
export const MOST_EVENTS = 4_096;
export const MOST_BYTES = 4 * 2 ** 20;
/** Drover's requests per VM in the largest wave over those in the smallest, at most. */
export const MOST_REQUESTS = 1.1;
/** Until the state of a wave has come. */
export const STATUS_SECONDS = 2;

/** One sentence for each bar that was missed. `rows` from the smallest wave to the largest. */
export function missedBars(rows: readonly WaveRow[]): string[] {
  return [...rows.flatMap(missedAlone), ...missedTogether(rows)];
}

function missedAlone({ vms, histories, statusSeconds }: WaveRow): string[] {
  const large = histories.filter(
    ({ mostEvents, mostBytes }) => mostEvents >= MOST_EVENTS || mostBytes >= MOST_BYTES,
  );
  return [
    ...large.map(
      ({ type, mostEvents, mostBytes }) =>
        `${vms} VMs: a history of ${type} has ${mostEvents} events and ${formatBytes(mostBytes)}; less than ${MOST_EVENTS} and ${formatBytes(MOST_BYTES)} are allowed`,
    ),
    ...(statusSeconds < STATUS_SECONDS
      ? []
      : [
          `${vms} VMs: the state of a wave took ${statusSeconds.toFixed(1)} s; less than ${STATUS_SECONDS} s are allowed`,
        ]),
  ];
}

function missedTogether(rows: readonly WaveRow[]): string[] {
  const { rate, requests } = growth(rows);
  const sizes = `from ${rows[0]?.vms} to ${rows.at(-1)?.vms} VMs`;
  return [
    ...(rate >= LEAST_RATE
      ? []
      : [`${sizes}, the rate falls to ${rate.toFixed(2)} of what it was; at least ${LEAST_RATE} is wanted`]),
    ...(requests <= MOST_REQUESTS
      ? []
      : [
          `${sizes}, requests per VM grow to ${requests.toFixed(2)} times; at most ${MOST_REQUESTS} is allowed`,
        ]),
  ];
}

/** The largest wave over the smallest. */
export function growth(rows: readonly WaveRow[]): { rate: number; requests: number } {
  const [least, most] = [rows[0], rows.at(-1)];
  if (least === undefined || most === undefined) throw new RangeError('no waves');
  return {
    rate: most.vmsPerSecond / least.vmsPerSecond,
    requests: most.ownRequests / least.ownRequests,
  };
}

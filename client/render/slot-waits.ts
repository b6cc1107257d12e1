/** Why VMs and disks wait for their turn, for people. */
import { listSome } from '../../plan/cut';
import { groupBy } from '../../plan/group-by';
import { morefOf } from '../../plan/workflow-ids';
import { kindOf, RESOURCE_KINDS } from '../../workflows/transfer-slots/resources';
import type { ShownWait } from '../slot-waits';
import { formatSeconds } from './format';
import { renderTable } from './table';

type BusyResource = NonNullable<ShownWait['resource']>;

/** Lines of the table of a wave. */
const MOST_RESOURCES = 10;
const MOST_NAMED = 3;

/** One clause, after `waits for its turn since …`. */
export function describeReason({ waitsFor, resource }: Pick<ShownWait, 'waitsFor' | 'resource'>): string {
  if (resource === null)
    return waitsFor === 'itsOwnVm'
      ? 'other disks of this VM go first'
      : 'transferSlots has just begun, and asks all migrations what they hold';
  const { name, limit, used } = resource;
  if (limit === 0) return `nothing starts on ${name}: its limit is 0`;
  const holders = describeHolders(resource);
  const state = `${name} has ${used} of ${limit} ${RESOURCE_KINDS[kindOf(name)].unit} in use`;
  return [`${state}${holders === '' ? '' : `, by ${holders}`}`, describeUntil(resource)].join('; ');
}

/** Of the waits of one VM, what tells most: what the first of its disks waits for. */
export function mainReason(waits: readonly ShownWait[]): ShownWait | undefined {
  return waits.find(({ waitsFor }) => waitsFor === 'resource') ?? waits[0];
}

/** What the disks of many VMs wait for, busiest first. Empty where none waits for a resource. */
export function renderBusy(waits: readonly ShownWait[]): string {
  const resources = waits.flatMap(({ resource }) => (resource === null ? [] : [resource]));
  const groups = [...groupBy(resources, ({ name }) => name).values()];
  if (groups.length === 0) return '';
  groups.sort((a, b) => b.length - a.length);
  const rows = groups.slice(0, MOST_RESOURCES).map((group) => {
    const resource = firstFree(group);
    const { name, used, limit } = resource;
    const inUse = `${used} of ${limit}`;
    return [name, String(group.length), inUse, describeHolders(resource) || '-', untilOf(resource)];
  });
  const rest = groups.length - rows.length;
  return (
    renderTable(['WAITS FOR', 'WAITING', 'IN USE', 'HELD BY', 'NEXT IN ABOUT'], rows) +
    (rest > 0 ? `and ${rest} more\n` : '')
  );
}

function firstFree(resources: readonly BusyResource[]): BusyResource {
  return resources.reduce((a, b) => ((b.until ?? '~') < (a.until ?? '~') ? b : a));
}

function describeHolders({ heldBy, used }: BusyResource): string {
  const names = heldBy.map(({ vm, workflowId }) => vm ?? morefOf(workflowId));
  const distinct = [...new Set(names)];
  const rest = used - names.length;
  return `${listSome(distinct, MOST_NAMED)}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function describeUntil(resource: BusyResource): string {
  const left = untilOf(resource);
  return left === '?' ? 'until when is not known' : `its turn may come in about ${left}`;
}

function untilOf({ until }: BusyResource): string {
  return until === null ? '?' : formatSeconds((Date.parse(until) - Date.now()) / 1000);
}

/** Limits, for people: by kind, by resource, and who decided so. */
import type { LimitsView } from '../../workflows/transfer-slots/limits';
import { RESOURCE_KINDS } from '../../workflows/transfer-slots/resources';
import type { ReadLimits } from '../limits';
import { formatTime } from './format';
import { renderTable } from './table';

export function renderLimits(limits: ReadLimits): string {
  const { decisions, note } = limits;
  const lines = [
    ...(note === null ? [] : [`NOTE: ${note}`]),
    ...decisions.map(({ at, who, why, what }) => `decision: ${formatTime(at)} ${what} by ${who}: ${why}`),
  ];
  return [
    renderKinds(limits),
    ...(limits.resources.length === 0 ? [] : [`\n${renderResources(limits)}`]),
    ...(lines.length === 0 ? [] : [`\n${lines.map((line) => `${line}\n`).join('')}`]),
  ].join('');
}

function renderKinds({ kinds }: LimitsView): string {
  return renderTable(
    ['KIND', 'LIMIT', 'DEFAULT', 'COUNTS'],
    kinds.map((row) => [row.kind, describe(row.limit), String(row.default), RESOURCE_KINDS[row.kind].what]),
  );
}

function renderResources({ resources, resourcesInAll, isLive }: ReadLimits): string {
  const rows = resources.map(({ resource, limit, isSet, used, waiting }) => [
    resource,
    `${describe(limit)}${isSet ? ' (its own)' : ''}`,
    isLive ? String(used) : '?',
    isLive ? String(waiting) : '?',
  ]);
  const rest = resourcesInAll - resources.length;
  return (
    renderTable(['RESOURCE', 'LIMIT', 'IN USE', 'WAITING'], rows) + (rest > 0 ? `and ${rest} more\n` : '')
  );
}

function describe(limit: number): string {
  return limit === 0 ? '0: nothing starts' : String(limit);
}

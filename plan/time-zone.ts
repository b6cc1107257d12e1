/**
 * IANA time zones, as the ICU of this process knows them. Only for places where an answer may differ from one process to the
 * next: a workflow never asks here.
 */
import { similar } from './suggest';

/** How many names an error offers. */
const MOST_OFFERED = 3;

/** What is wrong with it, and what would be right; null where nothing is. */
export function zoneFault(zone: string): { found: string; remedy: string } | null {
  if (isKnown(zone)) return null;
  const near = nearZones(zone).map((name) => `"${name}"`);
  const remedy =
    near.length === 0
      ? 'give a name of the IANA list, as Europe/Zurich or UTC'
      : `did you mean ${near.join(' or ')}?`;
  return { found: `no time zone is named ${JSON.stringify(zone)}`, remedy };
}

/** An offset as `+02:00` is none: it knows no summer time. */
function isKnown(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** By the city alone, else by the whole name: people write `Zurich`, or `America/Zurich`. */
function nearZones(zone: string): string[] {
  const all = Intl.supportedValuesOf('timeZone');
  const cities = similar(cityOf(zone), all.map(cityOf), MOST_OFFERED);
  if (cities.length === 0) return similar(zone, all, MOST_OFFERED);
  return cities.flatMap((city) => all.filter((name) => cityOf(name) === city)).slice(0, MOST_OFFERED);
}

function cityOf(zone: string): string {
  return zone.slice(zone.lastIndexOf('/') + 1).replaceAll(' ', '_');
}

/** Is the live VM still the one that the plan was frozen for? */
import type { FrozenDisk, FrozenNic, FrozenVm, LeftOut } from '../../plan/frozen';
import type { SourceDisk, SourceNic, SourceVm } from '../../plan/inventory';

/**
 * What differs, one clause each; empty where nothing does that matters to the migration. A snapshot shows in the file that a
 * disk writes to now; a disk that it leaves out (independent, or a raw device) is copied from the file as before. What the
 * plan leaves at the source is not new; it may go, and change in all but what the plan left it out for.
 */
export function differences(frozen: FrozenVm, live: SourceVm): string[] {
  const ignored = frozen.leftOut?.nics ?? [];
  return [
    ...changed('its instance UUID', frozen.vm.instanceUuid, live.instanceUuid),
    ...changed('its firmware', frozen.hardware.firmware, live.firmware),
    ...missing('disk', frozen.disks, live.disks),
    ...added('disk', frozen.disks, live.disks),
    ...inBoth(frozen.disks, live.disks).flatMap(compareDisk),
    ...missing('network card', frozen.nics, live.nics),
    ...added('network card', [...frozen.nics, ...ignored], live.nics),
    ...inBoth(frozen.nics, live.nics).flatMap(compareNic),
    ...inBoth(ignored, live.nics).flatMap(compareIgnoredNic),
  ];
}

function compareDisk([frozen, live]: [FrozenDisk, SourceDisk]): string[] {
  const disk = `disk ${frozen.key}'s`;
  return [
    ...changed(`${disk} base file`, frozen.basePath, live.basePath),
    ...changed(`${disk} current file`, frozen.currentPath, live.currentPath),
    ...changed(`${disk} capacity in bytes`, frozen.capacityBytes, live.capacityBytes),
  ];
}

function compareNic([frozen, live]: [FrozenNic, SourceNic]): string[] {
  const card = `network card ${frozen.key}'s`;
  return [
    ...changed(`${card} MAC address`, frozen.macAddress.toLowerCase(), live.macAddress),
    ...changed(`${card} network`, frozen.sourceNetwork, live.network.name),
  ];
}

/** The map ignores the network that the card was on; of another one it may say something else. */
function compareIgnoredNic([frozen, live]: [LeftOut['nics'][number], SourceNic]): string[] {
  return changed(`ignored network card ${frozen.key}'s network`, frozen.sourceNetwork, live.network.name);
}

interface Device {
  key: number;
}

function missing(kind: string, frozen: readonly Device[], live: readonly Device[]): string[] {
  const found = new Set(live.map(({ key }) => key));
  return frozen.filter(({ key }) => !found.has(key)).map(({ key }) => `${kind} ${key} is gone`);
}

function added(
  kind: string,
  known: readonly Device[],
  live: readonly (Device & { label: string })[],
): string[] {
  const keys = new Set(known.map(({ key }) => key));
  return live.filter(({ key }) => !keys.has(key)).map(({ key, label }) => `${kind} ${key} (${label}) is new`);
}

/** Frozen and live devices of one key. */
function inBoth<F extends Device, L extends Device>(frozen: readonly F[], live: readonly L[]): [F, L][] {
  const found = new Map(live.map((device) => [device.key, device]));
  return frozen.flatMap((device): [F, L][] => {
    const now = found.get(device.key);
    return now === undefined ? [] : [[device, now]];
  });
}

function changed(what: string, before: string | number, now: string | number): string[] {
  return before === now ? [] : [`${what} was ${before} and is ${now}`];
}

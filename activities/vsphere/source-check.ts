/** Is the live VM still the one that the plan was frozen for? */
import type { FrozenDisk, FrozenNic, FrozenVm } from '../../plan/frozen';
import type { SourceDisk, SourceNic, SourceVm } from '../../plan/inventory';

/**
 * What differs, one clause each; empty where nothing does that matters to the migration. A snapshot shows in the file that a
 * disk writes to now; a disk that it leaves out (independent, or a raw device) is copied from the file as before.
 */
export function differences(frozen: FrozenVm, live: SourceVm): string[] {
  return [
    ...changed('its instance UUID', frozen.vm.instanceUuid, live.instanceUuid),
    ...changed('its firmware', frozen.hardware.firmware, live.firmware),
    ...compareLists('disk', frozen.disks, live.disks, compareDisk),
    ...compareLists('network card', frozen.nics, live.nics, compareNic),
  ];
}

function compareDisk(frozen: FrozenDisk, live: SourceDisk): string[] {
  const disk = `disk ${frozen.key}'s`;
  return [
    ...changed(`${disk} base file`, frozen.basePath, live.basePath),
    ...changed(`${disk} current file`, frozen.currentPath, live.currentPath),
    ...changed(`${disk} capacity in bytes`, frozen.capacityBytes, live.capacityBytes),
  ];
}

function compareNic(frozen: FrozenNic, live: SourceNic): string[] {
  const card = `network card ${frozen.key}'s`;
  return [
    ...changed(`${card} MAC address`, frozen.macAddress.toLowerCase(), live.macAddress),
    ...changed(`${card} network`, frozen.sourceNetwork, live.network.name),
  ];
}

function compareLists<F extends { key: number }, L extends { key: number; label: string }>(
  kind: string,
  frozen: readonly F[],
  live: readonly L[],
  compare: (frozen: F, live: L) => string[],
): string[] {
  const known = new Set(frozen.map(({ key }) => key));
  const found = new Map(live.map((device) => [device.key, device]));
  return [
    ...frozen.flatMap((device) => {
      const now = found.get(device.key);
      return now === undefined ? [`${kind} ${device.key} is gone`] : compare(device, now);
    }),
    ...live.filter(({ key }) => !known.has(key)).map(({ key, label }) => `${kind} ${key} (${label}) is new`),
  ];
}

function changed(what: string, before: string | number, now: string | number): string[] {
  return before === now ? [] : [`${what} was ${before} and is ${now}`];
}

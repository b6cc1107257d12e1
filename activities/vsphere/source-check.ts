/** Is the live VM still the one that the plan was frozen for? */
import { allDisks } from '../../plan/all-disks';
import type { AttachedDisk, FrozenDisk, FrozenNic, FrozenVm, LeftOut } from '../../plan/frozen';
import type { SourceDisk, SourceNic, SourceVm } from '../../plan/inventory';
import { remembers } from '../../plan/disk-kinds';
import { encodeName } from '../../plan/vcenter-names';
import type { RenamedDisk } from '../interfaces';

/**
 * The differences that matter to the migration, one clause each; empty where there are none. A VM, folder, host, network or
 * datastore that only got another name does not differ. A new snapshot shows in the file that a disk writes to now. A
 * snapshot leaves out independent disks and raw devices: Drover copies these from their file as before. A device that the
 * plan leaves at the source is not new. It may go, and may change, but not in the point for which the plan left it out.
 */
export function differences(frozen: FrozenVm, live: SourceVm): string[] {
  const ignored = frozen.leftOut?.nics ?? [];
  const disks = allDisks(frozen);
  return [
    ...changed('its instance UUID', frozen.vm.instanceUuid, live.instanceUuid),
    ...compareHardware(frozen, live),
    ...missing('disk', disks, live.disks),
    ...added('disk', disks, live.disks),
    ...inBoth(disks, live.disks).flatMap(compareDisk(newNames(frozen, live))),
    ...missing('network card', frozen.nics, live.nics),
    ...added('network card', [...frozen.nics, ...ignored], live.nics),
    ...inBoth(frozen.nics, live.nics).flatMap(compareNic),
    ...inBoth(ignored, live.nics).flatMap(compareIgnoredNic),
  ];
}

/** Of a VM that does not differ: the disks on datastores that got another name since the plan was frozen. */
export function renamedDisks(frozen: FrozenVm, live: SourceVm): RenamedDisk[] {
  return inBoth(frozen.disks, live.disks).flatMap(([before, { key, datastore, basePath, currentPath }]) =>
    before.currentPath === currentPath && before.basePath === basePath
      ? []
      : [{ key, datastore: datastore.name, basePath, currentPath }],
  );
}

/** What the target takes over from the source, beside disks and cards. */
function compareHardware({ hardware }: FrozenVm, live: SourceVm): string[] {
  const { coresPerSocket, firmware, memoryMiB, secureBoot, sockets, tpm } = hardware;
  return [
    ...changed('its firmware', firmware, live.firmware),
    ...changed('its secure boot', onOff(secureBoot), onOff(live.secureBoot)),
    ...changed('its TPM', onOff(tpm), onOff(live.tpm)),
    ...changed('its number of CPUs', sockets * coresPerSocket, live.cpu.count),
    ...changed('its memory in MiB', memoryMiB, live.memoryMiB),
  ];
}

function onOff(has: boolean): string {
  return has ? 'on' : 'off';
}

/** New names of datastores by their former ones. */
type NewNames = ReadonlyMap<string, string>;

function newNames(frozen: FrozenVm, live: SourceVm): NewNames {
  return new Map(
    inBoth(allDisks(frozen), live.disks)
      .filter(([before, { datastore }]) => before.datastoreId === datastore.moref)
      .map(([before, { datastore }]) => [before.datastore, datastore.name]),
  );
}

/** The path that a file has now, if only names of datastores changed. */
function renamed(path: string, { datastore }: Pick<FrozenDisk, 'datastore'>, names: NewNames): string {
  // The disk's own datastore first: the name of one datastore may begin with the name of another and a bracket.
  for (const former of [datastore, ...names.keys()]) {
    const prefix = `[${encodeName(former)}] `;
    const name = names.get(former);
    if (path.startsWith(prefix) && name !== undefined)
      return `[${encodeName(name)}] ${path.slice(prefix.length)}`;
  }
  return path;
}

function compareDisk(names: NewNames) {
  return ([frozen, live]: [FrozenDisk | AttachedDisk, SourceDisk]): string[] => {
    const disk = `disk ${frozen.key}'s`;
    const file = (what: string, before: string, now: string) =>
      renamed(before, frozen, names) === now ? [] : changed(`${disk} ${what} file`, before, now);
    const store = { id: frozen.datastoreId, name: frozen.datastore };
    return [
      // By its name a datastore was never compared: files on another one have other paths.
      ...(store.id === undefined ? [] : replaced(`${disk} datastore`, store, live.datastore)),
      ...file('base', frozen.basePath, live.basePath),
      ...file('current', frozen.currentPath, live.currentPath),
      ...changed(`${disk} capacity in bytes`, frozen.capacityBytes, live.capacityBytes),
      // A disk that was either of these was never frozen.
      ...(live.shared && frozen.sharedWith === undefined
        ? [`disk ${frozen.key} is shared between VMs now`]
        : []),
      ...(remembers(live) ? [] : [`disk ${frozen.key} is in mode ${live.mode} now`]),
    ];
  };
}

function compareNic([frozen, live]: [FrozenNic, SourceNic]): string[] {
  const card = `network card ${frozen.key}'s`;
  return [
    ...changed(`${card} MAC address`, frozen.macAddress.toLowerCase(), live.macAddress),
    ...compareNetwork(card, [frozen, live]),
  ];
}

/** The map ignores the network that the card was on; of another one it may say something else. */
function compareIgnoredNic(both: [LeftOut['nics'][number], SourceNic]): string[] {
  return compareNetwork(`ignored network card ${both[0].key}'s`, both);
}

function compareNetwork(card: string, [frozen, live]: [LeftOut['nics'][number], SourceNic]): string[] {
  const before = { id: frozen.sourceNetworkId, name: frozen.sourceNetwork };
  return replaced(`${card} network`, before, live.network);
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

/**
 * Compares by moref, where the plan has one: only the moref shows that another object has the old name now, or that the
 * object has a new name.
 */
function replaced(
  what: string,
  before: { id: string | undefined; name: string },
  now: { moref: string; name: string },
): string[] {
  if (before.id === undefined) return changed(what, before.name, now.name);
  if (before.id === now.moref) return [];
  if (before.name !== now.name) return changed(what, before.name, now.name);
  return changed(what, `${before.name} (${before.id})`, `${now.name} (${now.moref})`);
}

/** Lists of what a vCenter holds. */
import type { InventoryKind, InventoryPage, InventoryVm } from '../../activities/interfaces';
import type { SourceDatastore, SourceHost, SourceNetwork } from '../../plan/inventory';
import { formatBytes } from './format';
import { renderTable } from './table';

export function renderInventory(kind: InventoryKind, items: InventoryPage['items']): string {
  // The kind that was asked for says which of the four the items are.
  switch (kind) {
    case 'vms':
      return renderVms(items as InventoryVm[]);
    case 'datastores':
      return renderDatastores(items as SourceDatastore[]);
    case 'networks':
      return renderNetworks(items as SourceNetwork[]);
    case 'hosts':
      return renderTable(
        ['MOREF', 'NAME', 'STATE', 'MAINTENANCE'],
        (items as SourceHost[]).map((host) => [
          host.moref,
          host.name,
          host.connection,
          yesNo(host.inMaintenance),
        ]),
      );
  }
}

function renderVms(vms: readonly InventoryVm[]): string {
  const head = ['MOREF', 'NAME', 'POWER', 'CPUS', 'MEMORY', 'DISKS', 'SIZE', 'FIRMWARE', 'GUEST', 'PATH'];
  const rows = vms.map((vm) => [
    vm.moref,
    vm.name,
    vm.powerState,
    String(vm.cpus),
    formatBytes(vm.memoryMiB * 1024 * 1024),
    String(vm.disks),
    formatBytes(vm.capacityBytes),
    vm.firmware,
    vm.guestName,
    vm.inventoryPath,
  ]);
  return renderTable(head, rows);
}

function renderDatastores(datastores: readonly SourceDatastore[]): string {
  const rows = datastores.map((store) => [
    store.moref,
    store.name,
    store.type,
    formatBytes(store.capacityBytes),
    formatBytes(store.freeBytes),
  ]);
  return renderTable(['MOREF', 'NAME', 'TYPE', 'SIZE', 'FREE'], rows);
}

/** What is gone has no list of its own in vCenter: the cards that name it are how a person finds it. */
function renderNetworks(networks: readonly SourceNetwork[]): string {
  if (networks.every(({ onlyOn }) => onlyOn === undefined))
    return renderTable(
      ['MOREF', 'NAME', 'TYPE'],
      networks.map(({ moref, name, type }) => [moref, name, type]),
    );
  const rows = networks.map(({ moref, name, type, onlyOn = '' }) => [moref, name, type, onlyOn]);
  return `${renderTable(['MOREF', 'NAME', 'TYPE', 'ONLY ON'], rows)}\n${UNLISTED}\n`;
}

const UNLISTED = `unlisted: vCenter lists the network no more, or not for this login, and cards still name it. Map it as any other,
by id (MOREF) or name: {source: {id: MOREF}, destination: {type: ignored}}, or of type pod or multus.`;

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

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
      return renderTable(
        ['MOREF', 'NAME', 'TYPE'],
        (items as SourceNetwork[]).map((network) => [network.moref, network.name, network.type]),
      );
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

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

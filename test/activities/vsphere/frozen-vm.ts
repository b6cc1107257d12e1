import type { FrozenVm, SourceRef } from '../../../plan/frozen';
import type { SourceVm } from '../../../plan/inventory';

/** A plan's view of a VM as it is now, with every choice that does not concern the source filled in somehow. */
export function freeze(
  vm: SourceVm,
  { source, vcenterUuid }: { source: SourceRef; vcenterUuid: string },
): FrozenVm {
  const plan = { namespace: 'openshift-mtv', name: 'wave-1' };
  return {
    plan,
    source,
    target: { provider: { namespace: 'openshift-mtv', name: 'host' }, url: '', secret: null },
    vcenterUuid,
    vm: {
      moref: vm.moref,
      name: vm.name,
      inventoryPath: vm.inventoryPath,
      instanceUuid: vm.instanceUuid,
      biosUuid: vm.biosUuid,
      powerState: vm.power.state,
    },
    namespace: 'migrated',
    targetName: vm.name,
    baseName: `wave-1-${vm.name}`,
    startTarget: true,
    conversion: null,
    hardware: {
      firmware: vm.firmware,
      secureBoot: vm.secureBoot,
      tpm: vm.tpm,
      sockets: vm.cpu.count / vm.cpu.coresPerSocket,
      coresPerSocket: vm.cpu.coresPerSocket,
      memoryMiB: vm.memoryMiB,
      guestId: vm.guestId,
    },
    disks: vm.disks.map((disk, index) => ({
      key: disk.key,
      index,
      bus: disk.bus,
      basePath: disk.basePath,
      currentPath: disk.currentPath,
      datastore: disk.datastore.name,
      serial: disk.uuid,
      capacityBytes: disk.capacityBytes,
      requestBytes: disk.capacityBytes,
      storageClass: 'fast-block',
      volumeMode: 'Block',
      accessMode: 'ReadWriteOnce',
      method: { kind: 'import' },
      volumeName: `wave-1-${vm.name}-disk-${index}`,
    })),
    nics: vm.nics.map((nic) => ({
      key: nic.key,
      macAddress: nic.macAddress,
      connected: nic.connected,
      sourceNetwork: nic.network.name,
      network: { kind: 'pod' },
    })),
    labels: {},
    nodeSelector: {},
    policy: {
      maxConcurrentDisks: 2,
      shutdownTimeoutSeconds: 60,
      onShutdownTimeout: 'powerOff',
      copyAttempts: 1,
      importRestarts: 1,
      copyDeadlineSeconds: 60,
      convertDeadlineSeconds: 60,
      convertAttempts: 1,
      onUnconvertible: 'park',
      verify: { by: 'none' },
      bindDeadlineSeconds: 60,
      startDeadlineSeconds: 60,
      parkDeadlineSeconds: 60,
    },
  };
}

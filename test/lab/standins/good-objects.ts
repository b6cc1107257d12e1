/** Objects that upstream accepts, to be spoilt one field at a time. */

export function goodMachine() {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name: 'web01', namespace: 'default', labels: { app: 'web01' } },
    spec: {
      runStrategy: 'Halted',
      preference: { name: 'rhel.9', kind: 'VirtualMachineClusterPreference' },
      template: { metadata: { labels: { 'kubevirt.io/domain': 'web01' } }, spec: goodHardware() },
    },
  };
}

export function goodInstance() {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata: { name: 'web01', namespace: 'default' },
    spec: goodHardware(),
  };
}

function goodHardware() {
  return {
    architecture: 'amd64',
    hostname: 'web01',
    nodeSelector: { 'topology.kubernetes.io/zone': 'zone-a' },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }],
        },
      },
    },
    tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
    terminationGracePeriodSeconds: 30,
    evictionStrategy: 'LiveMigrateIfPossible',
    domain: {
      cpu: { sockets: 2, cores: 2, threads: 1 },
      memory: { guest: '2Gi' },
      resources: { requests: { memory: '2Gi' } },
      machine: { type: 'q35' },
      clock: { timezone: 'UTC', timer: { hpet: { present: false } } },
      features: { acpi: {}, smm: { enabled: true } },
      firmware: {
        serial: '4213e9c2-1b0e-4c1d-9d55-1a2b3c4d5e6f',
        uuid: '4213e9c2-1b0e-4c1d-9d55-1a2b3c4d5e6f',
        bootloader: { efi: { secureBoot: true, persistent: true } },
      },
      devices: {
        tpm: { persistent: true },
        rng: {},
        inputs: [{ name: 'tablet', type: 'tablet', bus: 'virtio' }],
        disks: [
          { name: 'vol-0', bootOrder: 1, serial: '6000C29a', cache: 'none', disk: { bus: 'virtio' } },
          { name: 'vol-1', bootOrder: 2, disk: { bus: 'sata' } },
        ],
        interfaces: [
          { name: 'net-0', model: 'virtio', macAddress: '00:50:56:aa:bb:cc', masquerade: {} },
          { name: 'net-1', model: 'e1000e', macAddress: '00:50:56:aa:bb:cd', bridge: {}, state: 'down' },
        ],
      },
    },
    networks: [
      { name: 'net-0', pod: {} },
      { name: 'net-1', multus: { networkName: 'migrated/vlan10' } },
    ],
    volumes: [
      { name: 'vol-0', persistentVolumeClaim: { claimName: 'web01-disk-0' } },
      { name: 'vol-1', dataVolume: { name: 'web01-disk-1' } },
    ],
  };
}

export function goodDataVolume(name = 'web01-disk-0', namespace = 'default') {
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: {
      name,
      namespace,
      annotations: { 'cdi.kubevirt.io/storage.usePopulator': 'false' } as Record<string, string>,
    },
    spec: {
      source: {
        vddk: {
          url: 'https://vcenter.example.com/sdk',
          uuid: '4213e9c2-1b0e-4c1d-9d55-1a2b3c4d5e6f',
          backingFile: '[ssd-1] web01/web01.vmdk',
          thumbprint: 'AA:BB:CC',
          secretRef: 'web01-login',
          initImageURL: 'lab.drover.dev/vddk:1',
        },
      },
      storage: {
        storageClassName: 'fast-files',
        resources: { requests: { storage: '16Mi' } },
      },
    },
  };
}

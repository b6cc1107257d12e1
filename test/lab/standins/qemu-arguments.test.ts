import type { V1Disk, V1DomainSpec, V1Interface } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import { nvramTemplate, qemuArguments } from '../../../lab/standins/kubevirt/qemu-arguments';
import type { VirtualMachineInstance } from '../../../lab/standins/resources';

const MAC = '00:50:56:AA:00:01';
const BRIDGES = new Map([['backend', '127.9.8.7']]);

function instanceOf(domain: Partial<V1DomainSpec>): VirtualMachineInstance {
  return {
    metadata: { name: 'web', namespace: 'migrated', uid: 'c9a1' },
    spec: {
      domain: { memory: { guest: '512Mi' }, devices: {}, ...domain },
      networks: [
        { name: 'default', pod: {} },
        { name: 'backend', multus: { networkName: 'vlan10' } },
      ],
    },
  };
}

function argumentsFor(domain: Partial<V1DomainSpec>, disks: string[] = []): string[] {
  const paths = disks.map((volume) => ({ volume, path: `/dev/${volume}` }));
  return qemuArguments(instanceOf(domain), { disks: paths, console: null, bridges: BRIDGES });
}

/** The values of one option, in their order. */
function values(option: string, domain: Partial<V1DomainSpec>, disks: string[] = []): string[] {
  const all = argumentsFor(domain, disks);
  return all.filter((_, index) => all[index - 1] === option);
}

function withDisks(disks: V1Disk[]): string[] {
  const names = disks.map(({ name }) => name);
  const isDisk = /drive=|ahci|virtio-scsi/;
  return values('-device', { devices: { disks } }, names).filter((device) => isDisk.test(device));
}

function withCards(interfaces: V1Interface[]): { cards: string[]; networks: string[] } {
  const domain = { devices: { interfaces } };
  const cards = values('-device', domain).filter((device) => device.includes('netdev='));
  return { cards, networks: values('-netdev', domain) };
}

test('memory and processors are the machine’s own', () => {
  const cpu = { sockets: 2, cores: 4, threads: 1 };
  expect(values('-smp', { cpu })).toEqual(['8,sockets=2,cores=4,threads=1']);
  expect(values('-m', { memory: { guest: '3Gi' } })).toEqual(['3072M']);
  expect(values('-m', { memory: {}, resources: { requests: { memory: '256Mi' } } })).toEqual(['256M']);
  expect(() => argumentsFor({ memory: {} })).toThrow('no memory requested');
});

test('a machine without a boot loader’s name has a BIOS', () => {
  expect(values('-machine', {})).toEqual(['q35']);
  expect(values('-drive', {})).toEqual([]);
  expect(nvramTemplate(instanceOf({}).spec.domain)).toBeNull();
});

test('an EFI machine gets the firmware, and a copy of the variables', () => {
  const firmware = { bootloader: { efi: { secureBoot: false } } };
  expect(values('-drive', { firmware })).toEqual([
    'if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd',
    'if=pflash,unit=1,format=raw,file=/tmp/nvram.fd',
  ]);
  expect(nvramTemplate(instanceOf({ firmware }).spec.domain)).toBe('/usr/share/OVMF/OVMF_VARS_4M.fd');
  expect(values('-machine', { firmware })).toEqual(['q35']);
});

test('secure boot, an EFI’s default, has keys enrolled and keeps the guest from the variables', () => {
  const firmware = { bootloader: { efi: {} } };
  expect(values('-machine', { firmware })).toEqual(['q35,smm=on']);
  expect(values('-global', { firmware })).toEqual(['driver=cfi.pflash01,property=secure,value=on']);
  expect(values('-drive', { firmware })[0]).toContain('OVMF_CODE_4M.secboot.fd');
  expect(nvramTemplate(instanceOf({ firmware }).spec.domain)).toContain('OVMF_VARS_4M.ms.fd');
});

test('the machine is known by its own serial number', () => {
  const firmware = { serial: '4213e9c2', uuid: '5d1c' };
  expect(values('-smbios', { firmware })).toEqual(['type=1,manufacturer=KubeVirt,serial=4213e9c2']);
  expect(values('-uuid', { firmware })).toEqual(['5d1c']);
});

test('every disk is on the bus that it names, SATA where it names none', () => {
  const devices = withDisks([
    { name: 'a', disk: { bus: 'virtio' }, serial: '6000C29a' },
    { name: 'b', disk: { bus: 'scsi' } },
    { name: 'c', disk: { bus: 'scsi' } },
    { name: 'l', lun: { bus: 'scsi' } },
    { name: 'd', disk: {} },
    { name: 'e', cdrom: { bus: 'sata' } },
  ]);
  expect(devices).toEqual([
    'virtio-blk-pci,drive=drive-a,serial=6000C29a,bootindex=1',
    'virtio-scsi-pci,id=scsi0',
    'scsi-hd,bus=scsi0.0,scsi-id=0,drive=drive-b',
    'scsi-hd,bus=scsi0.0,scsi-id=1,drive=drive-c',
    'scsi-hd,bus=scsi0.0,scsi-id=2,drive=drive-l',
    'ide-hd,bus=ide.0,drive=drive-d',
    'ide-cd,bus=ide.1,drive=drive-e',
  ]);
});

test('a seventh SATA disk gets another controller', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const devices = withDisks(names.map((name) => ({ name, disk: { bus: 'sata' } })));
  expect(devices.slice(5)).toEqual([
    'ide-hd,bus=ide.5,drive=drive-f',
    'ahci,id=ahci1',
    'ide-hd,bus=ahci1.0,drive=drive-g',
  ]);
});

test('only disks with a boot order are booted from, where one has it', () => {
  const devices = withDisks([
    { name: 'data', disk: { bus: 'virtio' } },
    { name: 'root', disk: { bus: 'virtio' }, bootOrder: 1 },
  ]);
  expect(devices).toEqual(['virtio-blk-pci,drive=drive-data', 'virtio-blk-pci,drive=drive-root,bootindex=1']);
});

test('a disk’s image is opened with the cache that it asks for', () => {
  const disks = [{ name: 'a', disk: {}, cache: 'none' }];
  expect(values('-drive', { devices: { disks } }, ['a'])).toEqual([
    'if=none,id=drive-a,format=raw,file=/dev/a,cache=none',
  ]);
});

test('a lun whose volume is a file is refused, as by libvirt', () => {
  const disks = [{ volume: 'l', path: '/disks/l/disk.img' }];
  const instance = instanceOf({ devices: { disks: [{ name: 'l', lun: { bus: 'scsi' } }] } });
  expect(() => qemuArguments(instance, { disks, console: null, bridges: BRIDGES })).toThrow(
    "disk l: disk device='lun' is only valid for block type disk source",
  );
});

test('a disk whose volume the Pod does not have is left out', () => {
  expect(values('-drive', { devices: { disks: [{ name: 'cloud-init', disk: {} }] } })).toEqual([]);
});

test('cards keep their model and address', () => {
  const { cards } = withCards([
    { name: 'default', macAddress: MAC, masquerade: {} },
    { name: 'backend', model: 'e1000e', bridge: {} },
  ]);
  expect(cards).toEqual([
    'virtio-net-pci,romfile=,netdev=net-default,mac=00:50:56:aa:00:01',
    'e1000e,romfile=,netdev=net-backend',
  ]);
});

test('declared ports are forwarded on the Pod’s network, from an address of the guest’s own', () => {
  const ports = [{ port: 8080 }, { port: 5353, protocol: 'UDP' }];
  const { networks } = withCards([
    { name: 'default', masquerade: {}, ports },
    { name: 'backend', bridge: {}, ports },
  ]);
  expect(networks[0]).toMatch(
    /^user,id=net-default,hostfwd=tcp:127(\.\d+){3}:8080-:8080,hostfwd=udp:127(\.\d+){3}:5353-:5353$/,
  );
  expect(networks[1]).not.toContain('hostfwd');
});

test('a card that is bridged to a network of Multus’ hangs on the lab’s bridge of that network', () => {
  const { networks } = withCards([
    { name: 'default', bridge: {} },
    { name: 'backend', bridge: {} },
    { name: 'backend', sriov: {} },
  ]);
  expect(networks).toEqual([
    'user,id=net-default',
    'stream,id=net-backend,server=off,addr.type=inet,addr.host=127.9.8.7,addr.port=45455',
    'user,id=net-backend',
  ]);
});

test('the serial console goes where it is read, or nowhere', () => {
  expect(values('-chardev', {})[0]).toBe('null,id=serial0');
  const heard = qemuArguments(instanceOf({}), { disks: [], console: '/run/serial0', bridges: BRIDGES });
  expect(heard).toContain('file,path=/run/serial0,id=serial0');
});

test('the guest agent has its channel', () => {
  expect(values('-device', {})).toContain('virtserialport,chardev=agent,name=org.qemu.guest_agent.0');
});

import { domainXml } from '../../../../activities/kubernetes/objects/domain-xml';
import type { DiskBus } from '../../../../plan/inventory';
import { BY_IMPORT, frozenVm } from '../../../support/frozen-vm';

function targets(buses: DiskBus[]): string[] {
  const vm = frozenVm({ methods: buses.map(() => BY_IMPORT) });
  vm.disks.forEach((disk, index) => (disk.bus = buses[index] ?? 'scsi'));
  return [...domainXml(vm).matchAll(/<target dev='([^']+)' bus='([^']+)'/g)].map(
    ([, dev, bus]) => `${dev} ${bus}`,
  );
}

test('each disk has the name that its source controller gives it', () => {
  expect(targets(['scsi', 'sata', 'ide', 'nvme', 'ide', 'scsi'])).toEqual([
    'sda scsi',
    'sdb sata',
    'hda ide',
    'nvme0n1 nvme',
    'hdb ide',
    'sdc scsi',
  ]);
});

test('the letters go on after z', () => {
  expect(targets(Array<DiskBus>(28).fill('scsi')).slice(25)).toEqual(['sdz scsi', 'sdaa scsi', 'sdab scsi']);
});

test('disks come in source order, whatever order they are listed in', () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
  vm.disks.reverse();
  const sources = [...domainXml(vm).matchAll(/<source (\w+='[^']+')/g)].map(([, source]) => source);
  expect(sources).toEqual(["file='/var/lib/drover/disk0.qcow2'", "file='/var/lib/drover/disk1.qcow2'"]);
});

test('a network of any name stays text', () => {
  const vm = frozenVm();
  const network = { kind: 'pod' } as const;
  vm.nics = [
    {
      key: 1,
      macAddress: '00:50:56:00:00:01',
      connected: true,
      sourceNetwork: `<a> & 'b' "c"\u0001`,
      network,
    },
  ];
  expect(domainXml(vm)).toContain("<source network='&lt;a&gt; &amp; &apos;b&apos; &quot;c&quot;'/>");
});

test('EFI and secure boot are named', () => {
  const vm = frozenVm();
  vm.hardware = { ...vm.hardware, firmware: 'efi', secureBoot: true };
  expect(domainXml(vm)).toContain("<os firmware='efi'>");
  expect(domainXml(vm)).toContain("<loader secure='yes'/>");
});

import { readInspection } from '../../images/conversion/inspection';

test('is read as virt-v2v writes it', () => {
  const xml = `<?xml version='1.0' encoding='utf-8'?>
<v2v-inspection>
  <program>virt-v2v-inspector</program>
  <firmware type='uefi'/>
  <operatingsystem>
    <name>linux</name>
    <osinfo>sles15</osinfo>
    <product_name>SUSE &lt;Enterprise&gt; &amp; more</product_name>
  </operatingsystem>
</v2v-inspection>`;
  expect(readInspection(xml)).toEqual({ os: 'SUSE <Enterprise> & more', osinfo: 'sles15', firmware: 'efi' });
});

test('leaves out what is unknown or absent', () => {
  expect(readInspection(`<firmware type='bios'/><osinfo>unknown</osinfo>`)).toEqual({
    os: null,
    osinfo: null,
    firmware: 'bios',
  });
  expect(readInspection('')).toEqual({ os: null, osinfo: null, firmware: null });
});

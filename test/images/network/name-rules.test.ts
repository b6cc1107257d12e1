import { nameRules } from '../../../images/conversion/network/name-rules';
import { readUdevRules } from '../../../images/conversion/network/read/udev';

const BINDING = {
  name: 'ens192',
  mac: '00:50:56:9a:00:01',
  file: '/etc/network/interfaces',
  why: 'its PCI slot',
};

test('a name is bound to the MAC address, for cards alone: bonds and VLANs have the address of their card', () => {
  expect(
    nameRules([BINDING])
      .split('\n')
      .filter((line) => !line.startsWith('#') && line !== ''),
  ).toEqual([
    'SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="00:50:56:9a:00:01", ATTR{type}=="1", NAME="ens192"',
  ]);
});

test('a later migration of the same guest finds the names bound', () => {
  const text = nameRules([BINDING, { ...BINDING, name: 'lan0', mac: '00:50:56:9a:00:02' }]);
  expect(readUdevRules({ path: '/etc/udev/rules.d/70-drover-card-names.rules', text }).bound).toEqual([
    { name: 'ens192', mac: '00:50:56:9a:00:01' },
    { name: 'lan0', mac: '00:50:56:9a:00:02' },
  ]);
});

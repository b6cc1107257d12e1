import { mayBeGuest } from '../../../../activities/kubernetes/machine/guest-addresses';

test.each([
  '10.1.2.3',
  '192.168.0.7',
  '203.0.113.9',
  '127.44.5.6',
  '2001:db8::7',
  'fd12::1',
  '::ffff:10.1.2.3',
])('a guest can have the address %s', (address) => {
  expect(mayBeGuest(address)).toBe(true);
});

test.each([
  '127.0.0.1',
  '0.0.0.0',
  '169.254.169.254',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  'fd00:ec2::254',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '0:0:0:0:0:ffff:a9fe:a9fe',
  '64:ff9b::169.254.169.254',
  'metadata.example.com',
  '127.1',
  '10.0.0.1/24',
  '',
])('a guest that says it has the address "%s" is not knocked at', (address) => {
  expect(mayBeGuest(address)).toBe(false);
});

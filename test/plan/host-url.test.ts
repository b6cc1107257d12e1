import fc from 'fast-check';
import { hostUrl } from '../../plan/host-url';

test.each([
  ['esx1.example.com', 'https://esx1.example.com'],
  ['192.0.2.7', 'https://192.0.2.7'],
  ['2001:db8::7', 'https://[2001:db8::7]'],
  ['::1', 'https://[::1]'],
  ['::ffff:192.0.2.7', 'https://[::ffff:192.0.2.7]'],
  ['fe80::1%vmk0', 'https://[fe80::1]'],
])('the host %s has the address %s', (name, url) => {
  expect(hostUrl(name)).toBe(url);
});

test('every IP address of a host is in a URL that means it', () => {
  const hosts = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(hosts, (host) => {
      const { hostname, port, pathname } = new URL(hostUrl(host));
      const expected = host.includes(':') ? new URL(`https://[${host}]`).hostname : host;
      expect([hostname, port, pathname]).toEqual([expected, '', '/']);
    }),
  );
});

import { formatAddress, listenAddressSchema } from '../../workers/listen-address';

test.each([
  ['0.0.0.0:9464', { host: '0.0.0.0', port: 9464 }],
  ['localhost:9464', { host: '127.0.0.1', port: 9464 }],
  ['[::]:9465', { host: '::', port: 9465 }],
  ['[::1]:1', { host: '::1', port: 1 }],
])('%s is where a worker may listen', (text, address) => {
  expect(listenAddressSchema.parse(text)).toEqual(address);
});

test.each([
  '9464',
  ':9464',
  'metrics.example.com:9464',
  '0.0.0.0',
  '0.0.0.0:',
  '0.0.0.0:0',
  '0.0.0.0:65536',
  '0.0.0.0:-1',
  '256.0.0.1:9464',
  '::1:9464',
  '[0.0.0.0]:9464',
  '[::1]9464',
  '[::g]:9464',
  ' 0.0.0.0:9464',
  'http://0.0.0.0:9464',
])('%j is refused with an example', (text) => {
  const { success, error } = listenAddressSchema.safeParse(text);
  expect(success).toBe(false);
  expect(error?.issues[0]?.message).toContain('as 0.0.0.0:9464, localhost:9464 or [::]:9464');
});

test('an address is written as it is read', () => {
  for (const text of ['127.0.0.1:9464', '[::1]:9465']) {
    expect(formatAddress(listenAddressSchema.parse(text))).toBe(text);
  }
});

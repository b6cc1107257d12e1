import { maskOf } from '../../../activities/kubernetes/mask';

const PASSWORD = 's3cret "päss"/word';
const mask = maskOf(['administrator@vsphere.local', PASSWORD, 'first line\nsecond line\n', 'on']);

test.each([
  ['as it is', `login with ${PASSWORD} failed`, 'login with *** failed'],
  ['in JSON', JSON.stringify({ password: PASSWORD }), '{"password":"***"}'],
  ['in a URL', `https://u:${encodeURIComponent(PASSWORD)}@host`, 'https://u:***@host'],
  ['in base64', `Basic ${Buffer.from(PASSWORD).toString('base64')}`, 'Basic ***'],
  ['a line of it', '  second line', '  ***'],
  ['more than once', 'administrator@vsphere.local administrator@vsphere.local', '*** ***'],
])('what is secret is taken out %s', (_, said, shown) => {
  expect(mask(said)).toBe(shown);
});

test('what is too short to be a secret is left, for it is a word of any log', () => {
  expect(mask('goes on')).toBe('goes on');
});

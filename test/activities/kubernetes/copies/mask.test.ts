import fc from 'fast-check';
import { maskOf } from '../../../../activities/kubernetes/copies/mask';

const PASSWORD = 's3cret "päss"/word';
const mask = maskOf(['administrator@vsphere.local', PASSWORD, 'first line\nsecond line\n', 'on']);

test.each([
  ['as it is', `login with ${PASSWORD} failed`, 'login with *** failed'],
  ['in JSON', JSON.stringify({ password: PASSWORD }), '{"password":"***"}'],
  ['in a URL', `https://u:${encodeURIComponent(PASSWORD)}@host`, 'https://u:***@host'],
  ['in base64', `Basic ${Buffer.from(PASSWORD).toString('base64')}`, 'Basic ***'],
  ['in a URL, with small letters', `?p=${encodeURIComponent(PASSWORD).toLowerCase()}`, '?p=***'],
  ['in a form', `p=${encodeURIComponent(PASSWORD).replaceAll('%20', '+')}&x`, 'p=***&x'],
  ['in base64 without padding', `${Buffer.from(PASSWORD).toString('base64').replace(/=+$/, '')} x`, '*** x'],
  ['in base64 for URLs', Buffer.from(`~~~${PASSWORD}`).toString('base64url'), 'fn5-***'],
  ['in hexadecimal', Buffer.from(PASSWORD).toString('hex'), '***'],
  ['in capital hexadecimal', Buffer.from(PASSWORD).toString('hex').toUpperCase(), '***'],
  ['backwards', [...PASSWORD].reverse().join(''), '***'],
  ['in base64, backwards', [...Buffer.from(PASSWORD).toString('base64')].reverse().join(''), '***'],
  ['a line of it', '  second line', '  ***'],
  ['more than once', 'administrator@vsphere.local administrator@vsphere.local', '*** ***'],
])('what is secret is taken out %s', (_, said, shown) => {
  expect(mask(said)).toBe(shown);
});

test('what is secret is taken out of base64 of more, wherever it begins and whatever is around it', () => {
  const around = fc.string({ unit: 'binary', maxLength: 9 });
  const secret = fc
    .string({ unit: 'binary', minLength: 8, maxLength: 40 })
    .filter((text) => text.trim().length >= 8);
  fc.assert(
    fc.property(
      around,
      secret,
      around,
      fc.constantFrom('base64' as const, 'base64url' as const),
      (before, word, after, as) => {
        const shown = maskOf([word])(Buffer.from(`${before}${word}${after}`).toString(as));
        expect(shown).toContain('***');
        // At most a character at either end is of the secret and its neighbour, too.
        const left = shown.replace('***', '').replace(/=+$/, '');
        const around = Buffer.byteLength(before) + Buffer.byteLength(after);
        expect(left.length).toBeLessThanOrEqual(Math.ceil((around * 4) / 3) + 3);
      },
    ),
  );
});

test('what is too short to be a secret is left, for it is a word of any log', () => {
  expect(mask('goes on')).toBe('goes on');
});

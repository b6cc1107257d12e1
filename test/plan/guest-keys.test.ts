import { guestKeysFault, LONGEST_PASSPHRASE, MOST_GUEST_KEYS } from '../../plan/guest-keys';

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'open sesame']));

test.each<[string, Record<string, string>]>([
  ['one', { root: 'open sesame' }],
  ['as many as there may be', many(MOST_GUEST_KEYS)],
  ['with spaces and other letters', { root: ' åpne  deg ' }],
  ['as long as it may be', { root: 'x'.repeat(LONGEST_PASSPHRASE) }],
])('passphrases are right: %s', (_, values) => expect(guestKeysFault(values)).toBeNull());

test.each<[string, Record<string, string>, string]>([
  ['none', {}, 'holds no passphrase'],
  ['too many', many(MOST_GUEST_KEYS + 1), 'holds 17 keys'],
  ['an empty one', { root: 'a', data: '' }, 'holds nothing under its key data'],
  ['several lines', { root: 'open\nsesame' }, 'holds several lines under its key root'],
  ['one too long', { root: 'x'.repeat(513) }, 'holds more than 512 characters under its key root'],
  [
    'bytes',
    { root: Buffer.from([0xff, 0x61]).toString('utf8') },
    'holds bytes that are no text under its key root',
  ],
])('passphrases are wrong: %s', (_, values, fault) => expect(guestKeysFault(values)).toBe(fault));

test('what is wrong with a passphrase is said without it', () => {
  expect(guestKeysFault({ root: 'sesame\nsesame' })).not.toContain('sesame');
});

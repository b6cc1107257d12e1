/** Passphrases of a guest's encrypted disks: how many a Secret may hold, and of which form. */

/** Each is tried on each encrypted disk, and one try costs a second or more by design of LUKS. */
export const MOST_GUEST_KEYS = 16;
/** Characters of one; cryptsetup reads no longer ones from a person, either. */
export const LONGEST_PASSPHRASE = 512;

/**
 * What is wrong with the values of such a Secret, as a clause; null where nothing is. Of each, virt-v2v reads the first line.
 * @param values as text, without the newline at the end of a file
 */
export function guestKeysFault(values: Readonly<Record<string, string>>): string | null {
  const names = Object.keys(values).sort();
  if (names.length === 0) return 'holds no passphrase';
  if (names.length > MOST_GUEST_KEYS) return `holds ${names.length} keys`;
  for (const name of names) {
    const fault = passphraseFault(values[name] ?? '');
    if (fault !== null) return `holds ${fault} under its key ${name}`;
  }
  return null;
}

function passphraseFault(text: string): string | null {
  if (text === '') return 'nothing';
  if (text.length > LONGEST_PASSPHRASE) return `more than ${LONGEST_PASSPHRASE} characters`;
  if (/[\n\r]/.test(text)) return 'several lines';
  // What the decoder puts in the place of other bytes.
  return /[\0\uFFFD]/.test(text) ? 'bytes that are no text' : null;
}

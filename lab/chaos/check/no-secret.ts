/** No secret is where it does not belong. */
import type { Check } from './facts';

export const noSecret: Check = ({ secrets }) =>
  secrets.map((place) => ({
    promise: 'no secret leaves its place',
    about: place,
    at: null,
    what: 'it holds a secret',
  }));

/** Which secrets a text holds, in clear or in base64, by their place in the list: a report must not print them. */
export function heldBy(text: string, secrets: readonly string[]): number[] {
  return secrets.flatMap((secret, place) =>
    text.includes(secret) || text.includes(Buffer.from(secret).toString('base64')) ? [place] : [],
  );
}

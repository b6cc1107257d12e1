/** A template that can't be read, or makes no text of what it is given. The message is a clause, without a full stop. */
export class TemplateError extends Error {}

/** @param at place of the first wrong character, from 0 */
export function wrongAt(at: number, what: string): TemplateError {
  return new TemplateError(`${what} at character ${at + 1}`);
}

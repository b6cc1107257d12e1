/** `5s` → 5. @throws Error that says how durations are written. */
export function readSeconds(text: string): number {
  const value = /^(\d+(?:\.\d+)?)s$/.exec(text)?.[1];
  if (value === undefined) throw new Error(`"${text}" is no duration; write seconds as 5s`);
  return Number(value);
}

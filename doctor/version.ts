/** Versions as projects of Kubernetes write them: `v1.34.4`, `1.66.0-rc.1+build`. */

/** Whether a version is at least `major.minor`; null where it is none. */
export function isAtLeast(version: string, major: number, minor: number): boolean | null {
  const [, one, two] = /^v?(\d{1,4})\.(\d{1,5})(?!\d)/.exec(version) ?? [];
  if (one === undefined || two === undefined) return null;
  return Number(one) > major || (Number(one) === major && Number(two) >= minor);
}

/** What virt-v2v-in-place's output says; the forms of virt-v2v 2.2 to 2.10. */

/** What one line of it means to us. */
export type OutputLine =
  | { kind: 'stage'; stage: string }
  | { kind: 'info'; text: string }
  | { kind: 'warning'; text: string }
  | { kind: 'error'; text: string }
  | { kind: 'other'; text: string };

/**
 * Stages come as `[  12.7] Inspecting the source`, the rest as `virt-v2v-in-place: warning: …`; what its C
 * libraries say on their way out comes as `virt-v2v-in-place: …`, as do notes.
 */
export function readOutputLine(line: string): OutputLine {
  const stage = /^\[\s*\d+(?:\.\d+)?\]\s+(.+)$/.exec(line)?.[1];
  if (stage !== undefined) return { kind: 'stage', stage };
  const said = /^virt-v2v(?:-in-place)?: (?:(warning|error): )?(.+)$/.exec(line);
  if (said === null) return { kind: 'other', text: line };
  const text = said[2] ?? '';
  return { kind: said[1] === 'warning' ? 'warning' : said[1] === 'error' ? 'error' : 'info', text };
}

/**
 * The operating system that virt-v2v names when it begins to convert: `Converting Debian GNU/Linux 12 (bookworm)
 * (debian12) to run on KVM`, with libosinfo's short name at the end where it is known.
 */
export function convertedSystem(stage: string): { os: string | null; osinfo: string | null } | null {
  const named = /^Converting (.+) to run on KVM$/.exec(stage)?.[1];
  if (named === undefined) return null;
  if (named === 'the guest') return { os: null, osinfo: null };
  // A short name has a digit and no space; a release's nickname in brackets does not look so.
  const shortName = String.raw`([a-z][a-z0-9._-]*\d[a-z0-9._-]*)`;
  const alone = new RegExp(`^${shortName} guest$`).exec(named);
  if (alone !== null) return { os: null, osinfo: alone[1] ?? null };
  const both = new RegExp(`^(.+) \\(${shortName}\\)$`).exec(named);
  return both === null ? { os: named, osinfo: null } : { os: both[1] ?? null, osinfo: both[2] ?? null };
}

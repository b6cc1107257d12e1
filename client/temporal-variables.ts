/** Temporal's variables, held to what they can say: its own reader takes every word but `true` and `1` for a no. */
import { DroverError } from './errors';

const SWITCHES = ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'] as const;
/** A client certificate is of no use without its key, nor a key without its certificate; alone, each is left out. */
const PAIR = ['TEMPORAL_TLS_CLIENT_CERT', 'TEMPORAL_TLS_CLIENT_KEY'] as const;
const SHOWN_LENGTH = 40;

/**
 * The environment as Temporal's reader takes it: an empty switch, as compose files make it, is none.
 * @throws `InvalidInput`, one line.
 */
export function readTemporalVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  for (const name of SWITCHES) checkSwitch(name, env[name] ?? '');
  const empty = (name: string) => (SWITCHES as readonly string[]).includes(name) && env[name] === '';
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !empty(entry[0]),
    ),
  );
}

function checkSwitch(name: string, value: string): void {
  if (['', 'true', 'false', '1', '0'].includes(value)) return;
  const shown = JSON.stringify(value.slice(0, SHOWN_LENGTH));
  throw new DroverError('InvalidInput', `${name} is ${shown}; set it to true or false, or leave it out`);
}

/**
 * @param env wherein the half of a pair may be whose other half is neither there nor in the profile
 * @throws `InvalidInput`, one line.
 */
export function requireWholePair(env: Readonly<Record<string, string>>): void {
  const halves = PAIR.map((half) => [`${half}_PATH`, `${half}_DATA`].find((name) => env[name] !== undefined));
  const [found] = halves.filter((name) => name !== undefined);
  if (found === undefined) return;
  const missing = PAIR[halves[0] === undefined ? 0 : 1];
  throw new DroverError('InvalidInput', `${found} is set, and ${missing}_PATH is not; set both, or neither`);
}

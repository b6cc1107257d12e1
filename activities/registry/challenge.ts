/** `WWW-Authenticate`: how a registry wants to be logged in to. */

export type Challenge =
  | { scheme: 'basic' }
  /** A token from `realm`, for these parameters. */
  | { scheme: 'bearer'; realm: string; service: string | null; scope: string | null };

const PARAMETER = String.raw`([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))`;
const CHALLENGE = new RegExp(String.raw`(?<=^|[,\s])(bearer|basic)\b\s*((?:${PARAMETER}\s*,?\s*)*)`, 'gi');

/** The token service where there is a choice, as it never shows the registry the password. Null: none that is known. */
export function readChallenge(header: string | undefined): Challenge | null {
  const challenges = [...(header ?? '').matchAll(CHALLENGE)].map(([, scheme = '', parameters = '']) =>
    toChallenge(scheme.toLowerCase(), readParameters(parameters)),
  );
  return challenges.find((one) => one?.scheme === 'bearer') ?? challenges.find((one) => one !== null) ?? null;
}

function toChallenge(scheme: string, parameters: ReadonlyMap<string, string>): Challenge | null {
  if (scheme === 'basic') return { scheme: 'basic' };
  const realm = parameters.get('realm');
  if (realm === undefined || !URL.canParse(realm)) return null;
  const [service = null, scope = null] = [parameters.get('service'), parameters.get('scope')];
  return { scheme: 'bearer', realm, service, scope };
}

function readParameters(text: string): Map<string, string> {
  const found = text.matchAll(new RegExp(PARAMETER, 'g'));
  return new Map(
    [...found].map(([, name = '', quoted, plain = '']) => [
      name.toLowerCase(),
      quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'),
    ]),
  );
}

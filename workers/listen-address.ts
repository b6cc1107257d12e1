/** Where a worker listens: `IP:port`, as `0.0.0.0:9464` and `[::]:9464`. */
import { isIP } from 'node:net';
import { z } from 'zod';

export interface ListenAddress {
  /** An IP address, without brackets. */
  host: string;
  port: number;
}

/** `localhost` is the only name that may be given: any other needs a look-up, and may have several addresses. */
const LOCALHOST = '127.0.0.1';
const EXPECTED = 'expected an IP address and a port, as 0.0.0.0:9464, localhost:9464 or [::]:9464';

export const listenAddressSchema = z.string().transform((text, context): ListenAddress => {
  const found = parse(text);
  if (found !== null) return found;
  context.addIssue({ code: 'custom', message: EXPECTED });
  return z.NEVER;
});

function parse(text: string): ListenAddress | null {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = plain === 'localhost' ? LOCALHOST : (bracketed ?? plain ?? '');
  const port = Number(digits);
  if (isIP(host) !== (bracketed === undefined ? 4 : 6) || !(port >= 1 && port <= 65_535)) return null;
  return { host, port };
}

/** As `host:port` is written, with brackets around what has colons itself. */
export function formatAddress({ host, port }: ListenAddress): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

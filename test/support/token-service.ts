/** Address of the service that issues tokens for a registry of the lab, as the registry's own answer names it. */
import { readFileSync } from 'node:fs';
import { get as plainGet, type IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { readChallenge } from '../../activities/registry/challenge';
import type { Registry } from '../../lab/registry';

/** `localhost:PORT` */
export async function tokenServiceOf({ host, ca }: Registry): Promise<string> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked =
      ca === undefined
        ? plainGet(`http://${host}/v2/`, resolve)
        : get(`https://${host}/v2/`, { ca: readFileSync(ca) }, resolve);
    asked.on('error', reject);
  });
  answer.destroy();
  const challenge = readChallenge(answer.headers['www-authenticate']);
  if (challenge?.scheme !== 'bearer') throw new Error(`${host} names no token service`);
  return new URL(challenge.realm).host;
}

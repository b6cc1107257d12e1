/** Reads one repository of a registry with one login, or none: the distribution API's part that pulls use. */
import { z } from 'zod';
import type { ImageReference } from '../../plan/image-reference';
import { type Challenge, readChallenge } from './challenge';
import type { Login } from './docker-config';
import { type Answer, NoAnswer, referred, type Transport } from './transport';

/** Docker Hub's API is not where its name is. */
const API_HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' };

/** The registry, or its token service, does not take the login, or none. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused';

  constructor(
    /** 401 or 403. */
    readonly status: number,
  ) {
    super(`login refused: ${status}`);
  }
}

const tokenSchema = z
  .object({ token: z.string().optional(), access_token: z.string().optional() })
  .transform(({ token, access_token }) => token ?? access_token);

export class RegistrySession {
  /** What the registry asked for, once it has. */
  private authorization: string | null = null;

  constructor(
    private readonly transport: Transport,
    private readonly reference: ImageReference,
    private readonly login: Login | null,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws LoginRefused, NoAnswer */
  manifest(method: 'HEAD' | 'GET', tagOrDigest: string, accept: readonly string[]): Promise<Answer> {
    return this.ask(method, `manifests/${tagOrDigest}`, accept);
  }

  /** @throws LoginRefused, NoAnswer */
  blob(digest: string): Promise<Answer> {
    return this.ask('GET', `blobs/${digest}`, ['*/*']);
  }

  private async ask(method: 'HEAD' | 'GET', path: string, accept: readonly string[]): Promise<Answer> {
    const { registry, repository } = this.reference;
    const url = new URL(`https://${API_HOSTS[registry] ?? registry}/v2/${repository}/${path}`);
    const send = () =>
      this.transport.send({ method, url, headers: this.headers({ accept: accept.join(', ') }) }, this.signal);
    let answer = await send();
    if (answer.status === 401 && this.authorization === null) {
      this.authorization = await this.authorize(answer, url);
      answer = await send();
    }
    if (answer.status === 401 || answer.status === 403) throw new LoginRefused(answer.status);
    return answer;
  }

  private headers(more: Record<string, string>): Record<string, string> {
    return this.authorization === null ? more : { ...more, authorization: this.authorization };
  }

  private async authorize({ status, headers }: Answer, from: URL): Promise<string> {
    const challenge = readChallenge(headers['www-authenticate']);
    if (challenge === null) throw new NoAnswer('unreachable', 'it asks for a login in no way that is known');
    if (challenge.scheme === 'bearer') return `Bearer ${await this.token(challenge, from)}`;
    if (this.login === null) throw new LoginRefused(status);
    return basic(this.login);
  }

  /** Without a login, one for anonymous users. */
  private async token(challenge: Extract<Challenge, { scheme: 'bearer' }>, from: URL): Promise<string> {
    const url = referred(new URL(challenge.realm), from);
    if (challenge.service !== null) url.searchParams.set('service', challenge.service);
    url.searchParams.set('scope', challenge.scope ?? `repository:${this.reference.repository}:pull`);
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.login !== null) headers['authorization'] = basic(this.login);
    const { status, body } = await this.transport.send({ method: 'GET', url, headers }, this.signal);
    if (status === 401 || status === 403) throw new LoginRefused(status);
    if (status !== 200) throw new NoAnswer('unreachable', `its token service answers ${status}`);
    const token = readToken(body);
    if (token === null) throw new NoAnswer('unreachable', 'its token service gives no token');
    return token;
  }
}

function readToken(body: Buffer): string | null {
  try {
    return tokenSchema.parse(JSON.parse(body.toString('utf8'))) ?? null;
  } catch {
    return null;
  }
}

function basic({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

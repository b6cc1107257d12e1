/** The worker's sessions: one per vCenter and login, whatever number of activities uses it. */
import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { FailureKind } from '../../plan/failures';
import type { SourceRef } from '../../plan/frozen';
import { failure } from '../failure';
import { VcenterSession } from './session';
import type { Vim } from './session';
import { readTrust } from './tls';

/** Reads Secrets of the worker's own cluster. */
export interface SecretReader {
  /**
   * Decoded values by key.
   * @param options.withinMs how long ago it may have been read; 0 where that is known to be of no use
   * @throws ApplicationFailure when there is no such Secret.
   */
  read(
    ref: { namespace: string; name: string },
    options?: { withinMs?: number },
  ): Promise<Record<string, string>>;
}

interface Entry {
  /** Hash of the login, so that a changed Secret is noticed and no secret is kept for comparing. */
  digest: string;
  session: VcenterSession;
}

export class VcenterPool {
  private readonly entries = new Map<string, Entry>();
  /** Logins that were refused: an operator mends the Secret and retries at once. */
  private readonly refused = new Set<string>();

  constructor(private readonly secrets: SecretReader) {}

  /**
   * Runs `work` in a session at the source. It may run twice; see {@link VcenterSession.run}.
   * @throws ApplicationFailure whose type is a FailureKind; CancelledFailure when the signal was aborted.
   */
  async use<T>(source: SourceRef, work: (vim: Vim) => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await (await this.session(source)).run(work, signal);
    } catch (error) {
      if (isLoginRefused(error)) this.refused.add(keyOf(source));
      throw withPlace(error, source);
    }
  }

  /** Logs out everywhere. */
  async close(): Promise<void> {
    const entries = [...this.entries.values()];
    this.entries.clear();
    await Promise.all(entries.map(({ session }) => session.close()));
  }

  private async session(source: SourceRef): Promise<VcenterSession> {
    const key = keyOf(source);
    const secret = await this.secrets.read(source.secret, this.refused.delete(key) ? { withinMs: 0 } : {});
    const digest = digestOf(secret);
    const known = this.entries.get(key);
    if (known?.digest === digest) {
      return known.session;
    }
    const session = new VcenterSession(readLogin(source, secret));
    this.entries.set(key, { digest, session });
    await known?.session.close();
    return session;
  }
}

function readLogin(source: SourceRef, secret: Record<string, string>) {
  const { namespace, name } = source.secret;
  const { user, password } = secret;
  if (!user || !password) {
    throw failure(
      'SourceLoginRefused',
      `the Secret ${namespace}/${name} lacks ${user ? 'password' : 'user'}`,
    );
  }
  if (!source.url.startsWith('https://')) {
    throw failure('InvalidInput', 'the Provider URL must start with https://');
  }
  return { url: source.url, user, password, trust: readTrust(secret) };
}

function keyOf({ url, secret }: SourceRef): string {
  return JSON.stringify([url, secret.namespace, secret.name]);
}

function isLoginRefused(error: unknown): boolean {
  const kind = error instanceof ApplicationFailure ? error.type : null;
  return kind === 'SourceLoginRefused' || kind === 'SourceCertificateRefused';
}

/** A failure to get in says which Provider it is about, and what of it to look at. */
function withPlace(error: unknown, source: SourceRef): unknown {
  const place = error instanceof ApplicationFailure ? placeOf(error.type, source) : null;
  if (place === null) return error;
  const { type, message } = error as ApplicationFailure;
  return failure(type as FailureKind, `Provider ${place}: ${message}`);
}

/** Null for failures of what is done inside a session. */
function placeOf(kind: string | null | undefined, { provider, url, secret }: SourceRef): string | null {
  const name = `${provider.namespace}/${provider.name}`;
  switch (kind) {
    case 'SourceUnreachable':
      return `${name} (${url})`;
    case 'SourceLoginRefused':
    case 'SourceCertificateRefused':
      return `${name} (Secret ${secret.namespace}/${secret.name})`;
    case 'TargetSecretMissing':
      return name;
    default:
      return null;
  }
}

function digestOf(secret: Record<string, string>): string {
  const entries = Object.entries(secret).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}

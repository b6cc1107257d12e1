/** The worker's sessions: one per vCenter and login, whatever number of activities uses it. */
import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { Handing } from '../../plan/consent';
import type { FailureKind } from '../../plan/failures';
import type { SourceRef } from '../../plan/frozen';
import { canonicalUrl } from '../../plan/provider-url';
import { failure } from '../failure';
import { secretLine } from '../secret-line';
import type { SecretValues } from '../kubernetes/access/secrets';
import type { SourceSecrets } from '../kubernetes/access/source-secrets';
import { VcenterSession, type Vim } from './session';
import { readTrust } from './tls';

interface Entry {
  /** Hash of the login, so that a changed Secret is noticed and no secret is kept for comparing. */
  digest: string;
  session: VcenterSession;
}

export class VcenterPool {
  private readonly entries = new Map<string, Entry>();
  /** Logins that were refused: an operator mends the Secret and retries at once. */
  private readonly refused = new Set<string>();

  constructor(private readonly secrets: SourceSecrets) {}

  /**
   * Runs `work` in a session at the source. It may run twice; see {@link VcenterSession.run}.
   * @param handing what else is to be done with the login later: refused before vCenter is asked anything
   * @throws ApplicationFailure whose type is a FailureKind; CancelledFailure when the signal was aborted.
   */
  async use<T>(
    source: SourceRef,
    work: (vim: Vim) => Promise<T>,
    signal?: AbortSignal,
    handing: Handing | null = null,
  ): Promise<T> {
    try {
      return await (await this.session(source, handing)).run(work, signal);
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

  /** The Secret's owner is asked each time, whether or not there is a session. */
  private async session(source: SourceRef, handing: Handing | null): Promise<VcenterSession> {
    const key = keyOf(source);
    const withinMs = this.refused.delete(key) ? 0 : undefined;
    const secret = await this.secrets.read(source, { handing, withinMs });
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

function readLogin(source: SourceRef, secret: SecretValues) {
  const { namespace, name } = source.secret;
  const [user, password] = [secret.user ?? '', secret.password ?? ''].map(secretLine);
  if (!user || !password) {
    throw failure(
      'SourceLoginRefused',
      `the Secret ${namespace}/${name} lacks ${user ? 'password' : 'user'}`,
    );
  }
  const isHost = source.sdkEndpoint === 'esxi';
  return { url: canonicalUrl(source.url), user, password, trust: readTrust(secret), isHost };
}

function keyOf({ url, secret, sdkEndpoint }: SourceRef): string {
  return JSON.stringify([url, secret.namespace, secret.name, sdkEndpoint]);
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
    case 'SourceEndpointWrong':
      return `${name} (${url})`;
    case 'SourceLoginRefused':
    case 'SourceCertificateRefused':
      return `${name} (Secret ${secret.namespace}/${secret.name})`;
    case 'SecretNotConsented':
    case 'TargetSecretMissing':
      return name;
    default:
      return null;
  }
}

function digestOf(secret: SecretValues): string {
  const entries = Object.entries(secret).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}

/**
 * A short session of a vCenter's REST API, which alone knows of tags: JSON, over connections that are verified as those of SOAP.
 */
import { request } from 'node:https';
import { CancelledFailure } from '@temporalio/common';
import { failure } from '../failure';
import { readLimited, TooLong } from '../limited';
import type { Login } from './login';
import { VerifyingAgent } from './tls';

/** vCenter has its REST API in two forms: the first since 7.0 U2, the second until then, and for a while beside it. */
const FORMS = [
  {
    session: '/api/session',
    tagsOnObjects: '/api/cis/tagging/tag-association?action=list-attached-tags-on-objects',
    tag: (id: string) => `/api/cis/tagging/tag/${id}`,
    isWrapped: false,
  },
  {
    session: '/rest/com/vmware/cis/session',
    tagsOnObjects: '/rest/com/vmware/cis/tagging/tag-association?~action=list-attached-tags-on-objects',
    tag: (id: string) => `/rest/com/vmware/cis/tagging/tag/id:${id}`,
    isWrapped: true,
  },
] as const;

const CALL_TIMEOUT_MS = 60_000;
/** The caller waits for the logout, too. */
const LOGOUT_TIMEOUT_MS = 5_000;
const CONNECTIONS = 8;
/** Bytes of one answer: 500 VMs with a hundred tags each have less. */
const LONGEST_ANSWER = 8 * 2 ** 20;

/** vCenter answered, and not with what was asked for: it refused, or nobody understands what it granted. */
export class RestRefusal extends Error {
  override readonly name = 'RestRefusal';

  constructor(readonly status: number) {
    const isGranted = status >= 200 && status <= 299;
    super(isGranted ? 'its answer could not be understood' : `it answers with HTTP status ${status}`);
  }
}

/** What may be asked in such a session. Answers are as vCenter sent them. */
export interface RestSession {
  tagsOnObjects(objects: readonly { type: string; id: string }[]): Promise<unknown>;
  tag(id: string): Promise<unknown>;
}

/**
 * Logs in, works, and logs out.
 * @throws RestRefusal, SourceUnreachable, SourceCertificateRefused, AnswerTooLarge; CancelledFailure once the signal is aborted
 */
export async function withRestSession<T>(
  login: Login,
  work: (session: RestSession) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const agent = new VerifyingAgent(login.trust, CONNECTIONS);
  const caller = { origin: new URL(login.url).origin, agent, signal };
  try {
    const { form, token } = await logIn(caller, login);
    const headers = { 'vmware-api-session-id': token };
    const ask = async (method: string, path: string, body?: object) =>
      unwrapped(await call(caller, { method, path, headers, body }), form.isWrapped);
    try {
      return await work({
        tagsOnObjects: (objects) => ask('POST', form.tagsOnObjects, { object_ids: objects }),
        tag: (id) => ask('GET', form.tag(encodeURIComponent(id))),
      });
    } finally {
      // Whoever cancels the work wants the session ended, too. One that can't be ended expires by itself.
      const leaver = { ...caller, signal: AbortSignal.timeout(LOGOUT_TIMEOUT_MS) };
      await call(leaver, { method: 'DELETE', path: form.session, headers }).catch(() => undefined);
    }
  } finally {
    agent.destroy();
  }
}

interface Caller {
  origin: string;
  agent: VerifyingAgent;
  signal: AbortSignal | undefined;
}

async function logIn(caller: Caller, { user, password }: Login) {
  const basic = Buffer.from(`${user}:${password}`).toString('base64');
  const headers = { Authorization: `Basic ${basic}` };
  for (const form of FORMS) {
    try {
      const answer = await call(caller, { method: 'POST', path: form.session, headers });
      const token = unwrapped(answer, form.isWrapped);
      if (typeof token === 'string' && /^[\x21-\x7e]{1,4096}$/.test(token)) return { form, token };
      throw new RestRefusal(200);
    } catch (error) {
      if (!(error instanceof RestRefusal) || error.status !== 404) throw error;
    }
  }
  throw new RestRefusal(404);
}

function unwrapped(answer: unknown, isWrapped: boolean): unknown {
  if (!isWrapped) return answer;
  return typeof answer === 'object' && answer !== null && 'value' in answer ? answer.value : undefined;
}

interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: object | undefined;
}

/** Follows no redirect: the login and the session are this server's. */
async function call(
  { origin, agent, signal }: Caller,
  { method, path, headers, body }: Call,
): Promise<unknown> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const late = AbortSignal.timeout(CALL_TIMEOUT_MS);
  const { status, answer } = await new Promise<{ status: number; answer: string }>((resolve, reject) => {
    const sent = request(
      new URL(path, origin),
      {
        method,
        agent,
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
        headers: {
          ...headers,
          ...(text !== '' && { 'Content-Type': 'application/json' }),
          'Content-Length': Buffer.byteLength(text),
        },
      },
      (response) => {
        readLimited(response, LONGEST_ANSWER).then(
          (read) => resolve({ status: response.statusCode ?? 0, answer: read.toString('utf8') }),
          reject,
        );
      },
    );
    sent.once('error', reject);
    sent.end(text);
  }).catch((error: unknown) => {
    if (signal?.aborted) throw new CancelledFailure('the call was cancelled');
    if (error instanceof TooLong) throw failure('AnswerTooLarge', `vCenter's answer is ${error.message}`);
    if (late.aborted) throw failure('SourceUnreachable', "vCenter can't be reached: no answer in time");
    throw error;
  });
  if (status < 200 || status > 299) throw new RestRefusal(status);
  try {
    return answer === '' ? null : (JSON.parse(answer) as unknown);
  } catch {
    throw new RestRefusal(status);
  }
}

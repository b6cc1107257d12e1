/**
 * The one client for a cluster's API: a keep-alive connection pool, a deadline on every request, strict field
 * validation on every write, and errors without bodies or headers.
 *
 * `@kubernetes/client-node` supplies what is hard (kubeconfig, in-cluster login, token rotation, exec plugins).
 * Its own requests are not used: each opens a connection of its own, has no deadline, and fails with a message
 * that holds the answer's body and headers.
 */
import { ApplicationFailure } from '@temporalio/common';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { KubeConfig } from '@kubernetes/client-node';
import { requireStillWanted } from '../../still-ours';
import { collectionPath, logPath, type LogRef, objectPath, type ObjectRef } from './api-address';
import { limitedStream, readAnswer, readDocument } from './answers';
import { type ApiCall, ApiError, isMissing, isStatus, NoAnswerError, sentTooLate } from './errors';
import type { ApiObject, Kind } from './kinds';
import { lastWord, PATIENCE_MS } from './second-look';

const REQUEST_TIMEOUT_MS = 30_000;
/** From a request's first byte to its answer's last, however steadily it drips. */
const REQUEST_TOTAL_MS = 120_000;
/** How long the head of a stream may take; its body has no deadline here, the caller's signal ends it. */
const STREAM_HEAD_TIMEOUT_MS = 15_000;

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export type PatchOperation =
  { op: 'add' | 'test' | 'replace'; path: string; value: unknown } | { op: 'remove'; path: string };

/** A JSON patch (RFC 6902) is a list, a merge patch (RFC 7386) an object. */
export type Patch = PatchOperation[] | Record<string, unknown>;

export interface ObjectList<T> {
  items: T[];
  metadata: { resourceVersion: string };
}

/** As many as a burst of VMs has at work: each one that is let go costs the next request a TLS handshake. */
const KEPT_CONNECTIONS = 64;

export interface ApiClientOptions {
  /** Milliseconds without a byte after which a request is given up. */
  timeoutMs?: number;
  /** Milliseconds after which it is given up whatever comes; streams that are followed go on. */
  totalMs?: number;
  /** Milliseconds for which a server is asked again that has just begun, or is busy. */
  patienceMs?: number;
}

interface Request {
  call: ApiCall;
  method: string;
  /** Throws for names that Kubernetes can't have. */
  path: () => string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  contentType?: string;
  /** Default: the object itself, as JSON. */
  accept?: string;
  signal?: AbortSignal;
  /** Milliseconds without a byte after which the request is given up. */
  timeoutMs: number;
  /** Until the answer's end, or, of a stream that is followed, its head. */
  totalMs: number;
  isFollowed?: boolean;
  /** It is sent before this moment or never; milliseconds since the epoch. */
  sendBy?: number | undefined;
  /** Makes nothing, though it is sent as if it did. */
  isTrial?: boolean;
  /** Default: the pool of connections. */
  line?: Agent | undefined;
}

export class ApiClient {
  private readonly server: URL;
  private readonly agent: Agent;

  private readonly timeoutMs: number;
  private readonly totalMs: number;
  private readonly patienceMs: number;

  constructor(
    private readonly config: KubeConfig,
    {
      timeoutMs = REQUEST_TIMEOUT_MS,
      totalMs = REQUEST_TOTAL_MS,
      patienceMs = PATIENCE_MS,
    }: ApiClientOptions = {},
  ) {
    this.timeoutMs = timeoutMs;
    this.totalMs = totalMs;
    this.patienceMs = patienceMs;
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error('the kubeconfig has no current cluster');
    this.server = new URL(cluster.server);
    this.agent = new Agent({ keepAlive: true, maxFreeSockets: KEPT_CONNECTIONS });
  }

  get<T extends ApiObject>(kind: Kind<T>, ref: ObjectRef): Promise<T> {
    const call = { verb: 'get', plural: kind.plural, ...ref };
    return this.json({ call, method: 'GET', path: () => objectPath(kind, ref) });
  }

  /** Like {@link get}, and null where there is no such object. */
  async find<T extends ApiObject>(kind: Kind<T>, ref: ObjectRef): Promise<T | null> {
    try {
      return await this.get(kind, ref);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Like {@link find}. Only its metadata is sent: of a Secret no value leaves the server. */
  async findMetadata(kind: Kind<ApiObject>, ref: ObjectRef): Promise<ApiObject | null> {
    const call = { verb: 'get', plural: kind.plural, ...ref };
    const accept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    try {
      return await this.json({ call, method: 'GET', path: () => objectPath(kind, ref), accept });
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** @param options.limit at most so many; which ones is up to the server */
  list<T extends ApiObject>(
    kind: Kind<T>,
    options: ListOptions & { limit?: number } = {},
  ): Promise<ObjectList<T>> {
    const { namespace, limit, ...selectors } = options;
    const call = { verb: 'list', plural: kind.plural, namespace };
    const query = { ...selectors, limit: limit === undefined ? undefined : String(limit) };
    return this.json({ call, method: 'GET', path: () => collectionPath(kind, namespace), query });
  }

  /** Of objects that are large, and of which only labels matter. */
  listMetadata(kind: Kind<ApiObject>): Promise<ObjectList<ApiObject>> {
    const call = { verb: 'list', plural: kind.plural };
    const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
    return this.json({ call, method: 'GET', path: () => collectionPath(kind), accept });
  }

  create<T extends ApiObject>(kind: Kind<T>, object: T, options: { dryRun?: boolean } = {}): Promise<T> {
    const { namespace, name } = object.metadata ?? {};
    const call = {
      verb: options.dryRun === true ? 'dry-run create' : 'create',
      plural: kind.plural,
      namespace,
      name,
    };
    const query = { fieldValidation: 'Strict', dryRun: options.dryRun === true ? 'All' : undefined };
    return this.json({
      call,
      method: 'POST',
      path: () => collectionPath(kind, namespace),
      query,
      body: object,
      isTrial: options.dryRun === true,
    });
  }

  /**
   * Asks about rights: makes an object that is nothing but a question.
   * @param lacksRight whether an answer says that a right is missing; it is believed of no server that has just begun
   */
  review<T extends ApiObject>(kind: Kind<T>, question: T, lacksRight: (answer: T) => boolean): Promise<T> {
    const call = { verb: 'create', plural: kind.plural };
    const path = () => collectionPath(kind);
    return this.json({ call, method: 'POST', path, body: question, isTrial: true }, lacksRight);
  }

  /**
   * The version of the server, as `v1.34.4`. Every login may ask for it.
   * @param path where another server says its own that answers behind this one
   */
  async version(path = '/version'): Promise<string> {
    const call = { verb: 'get', plural: path };
    const { gitVersion } = await this.json<{ gitVersion?: unknown }>({
      call,
      method: 'GET',
      path: () => path,
    });
    return String(gitVersion);
  }

  /**
   * Plural names of the kinds in a version of a group (`batch/v1`); null where the server has nothing of it. Every login may ask.
   */
  async plurals(groupVersion: string): Promise<string[] | null> {
    const path = `/apis/${groupVersion}`;
    const call = { verb: 'get', plural: path };
    try {
      const { resources = [] } = await this.json<{ resources?: { name?: unknown }[] }>({
        call,
        method: 'GET',
        path: () => path,
      });
      return resources.map(({ name }) => String(name));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** What the server's clock says, as its answers carry it: RFC 9110, whole seconds. Null where they do not. */
  async date(): Promise<string | null> {
    const path = '/version';
    const call = { verb: 'get', plural: path };
    const { timeoutMs, totalMs } = this;
    const answer = await this.accepted({ call, method: 'GET', path: () => path, timeoutMs, totalMs });
    await readBody(call, answer);
    return answer.headers.date ?? null;
  }

  /** @param options.sendBy it is sent before this moment or never; milliseconds since the epoch */
  patch<T extends ApiObject>(
    kind: Kind<T>,
    ref: ObjectRef,
    patch: Patch,
    options: { sendBy?: number | undefined } = {},
  ): Promise<T> {
    return this.json({
      call: { verb: 'patch', plural: kind.plural, ...ref },
      method: 'PATCH',
      path: () => objectPath(kind, ref),
      query: { fieldValidation: 'Strict' },
      body: patch,
      contentType: Array.isArray(patch) ? 'application/json-patch+json' : 'application/merge-patch+json',
      sendBy: options.sendBy,
    });
  }

  /** Asks for the removal of one object; resolves false where there is none. */
  async delete<T extends ApiObject>(
    kind: Kind<T>,
    ref: ObjectRef,
    propagationPolicy: Propagation = 'Background',
    /** Another object of the same name is none of our business. */
    uid?: string,
  ): Promise<boolean> {
    const call = { verb: 'delete', plural: kind.plural, ...ref };
    const body = { propagationPolicy, ...(uid === undefined ? {} : { preconditions: { uid } }) };
    try {
      await this.json({ call, method: 'DELETE', path: () => objectPath(kind, ref), body });
      return true;
    } catch (error) {
      if (isMissing(error) || (uid !== undefined && isStatus(error, 409))) return false;
      throw error;
    }
  }

  /** Asks for the removal of everything that the selector meets. */
  async deleteAll<T extends ApiObject>(
    kind: Kind<T>,
    where: ListOptions & { labelSelector: string },
    propagationPolicy: Propagation = 'Background',
  ): Promise<void> {
    const { namespace, ...query } = where;
    const call = { verb: 'deletecollection', plural: kind.plural, namespace };
    const path = () => collectionPath(kind, namespace);
    await this.json({ call, method: 'DELETE', path, query, body: { propagationPolicy } });
  }

  /** Opens a watch; its lines are JSON. The server ends it after `timeoutSeconds`, `signal` at once. */
  async watch<T extends ApiObject>(kind: Kind<T>, options: WatchOptions): Promise<AsyncIterable<Buffer>> {
    const { namespace, signal, timeoutSeconds, ...query } = options;
    const call = { verb: 'watch', plural: kind.plural, namespace };
    const answer = await this.stream({
      call,
      path: () => collectionPath(kind, namespace),
      query: { ...query, watch: 'true', timeoutSeconds: String(timeoutSeconds) },
      signal,
      isFollowed: true,
    });
    return limitedStream(call, answer);
  }

  /**
   * A container's log as a stream: to be followed by the reader's own measure, else within the limits of an answer. A
   * kubelet may send not even a head before there is a line.
   */
  async openLog(
    log: LogRef,
    query: LogQuery,
    options: { signal?: AbortSignal; headTimeoutMs?: number } = {},
  ): Promise<AsyncIterable<Buffer>> {
    const { signal, headTimeoutMs } = options;
    const isFollowed = query.follow === 'true';
    const request = logRequest(log, query);
    const answer = await this.stream({ ...request, signal, isFollowed }, headTimeoutMs);
    return isFollowed ? answer : limitedStream(request.call, answer);
  }

  close(): void {
    this.agent.destroy();
  }

  private json<T>(
    request: Omit<Request, 'timeoutMs' | 'totalMs'>,
    lacksRight?: (answer: T) => boolean,
  ): Promise<T> {
    const { call } = request;
    const { timeoutMs, totalMs, patienceMs } = this;
    const ask = async (line?: Agent) => {
      const answer = await this.accepted({ ...request, timeoutMs, totalMs, line });
      return readDocument(call, await readBody(call, answer)) as T;
    };
    const isReady = (line: Agent) => this.isReady(line);
    const changes = request.method !== 'GET' && request.isTrial !== true;
    const question = { call, ask, changes, requireWanted: requireStillWanted, isReady, patienceMs };
    return lastWord({ ...question, ...(lacksRight && { lacksRight }) });
  }

  private stream(
    request: Omit<Request, 'method' | 'timeoutMs' | 'totalMs'>,
    timeoutMs = STREAM_HEAD_TIMEOUT_MS,
  ): Promise<IncomingMessage> {
    const { call, isFollowed } = request;
    const { patienceMs } = this;
    const totalMs = isFollowed === true ? timeoutMs : this.totalMs;
    const ask = async (line?: Agent) => {
      const answer = await this.accepted({ ...request, method: 'GET', timeoutMs, totalMs, line });
      if (isFollowed === true) answer.socket.setTimeout(0);
      return answer;
    };
    const isReady = (line: Agent) => this.isReady(line);
    const requireWanted = () => Promise.resolve();
    return lastWord({ call, ask, changes: false, requireWanted, isReady, patienceMs });
  }

  /** @throws ApiError for any answer that is no yes */
  private async accepted(request: Request): Promise<IncomingMessage> {
    const answer = await this.send(request);
    if (isOk(answer)) return answer;
    const body = await readBody(request.call, answer);
    throw ApiError.fromBody(request.call, answer.statusCode ?? 0, body, answer.headers['retry-after']);
  }

  /** 500 where a server is not; any other answer is of one that does not tell this login. */
  private async isReady(line: Agent): Promise<boolean | null> {
    const call = { verb: 'get', plural: '/readyz' };
    const { timeoutMs, totalMs } = this;
    const answer = await this.send({ call, method: 'GET', path: () => '/readyz', timeoutMs, totalMs, line });
    // Read to its end: only then the connection is free for the next request.
    await readBody(call, answer);
    return isOk(answer) || (answer.statusCode === 500 ? false : null);
  }

  private async send(request: Request): Promise<IncomingMessage> {
    const url = this.url(request);
    const options = await this.loggedIn(request.call);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const accept = request.accept ?? 'application/json';
    const headers = { ...options.headers, accept, ...bodyHeaders(request, body) };
    const { sendBy = Infinity } = request;
    if (Date.now() >= sendBy) throw sentTooLate(request.call);
    return new Promise((resolve, reject) => {
      const { method, signal } = request;
      const outgoing = httpsRequest(url, {
        ...options,
        method,
        signal,
        headers,
        agent: request.line ?? this.agent,
      });
      let answer: IncomingMessage | undefined;
      const giveUp = () => (answer ?? outgoing).destroy(new Error('timeout'));
      const clock = setTimeout(giveUp, request.totalMs);
      outgoing.once('close', () => clearTimeout(clock));
      outgoing.on('response', (response) => {
        answer = response;
        if (request.isFollowed === true && isOk(response)) clearTimeout(clock);
        resolve(response);
      });
      outgoing.setTimeout(request.timeoutMs, () => {
        this.dropIdle();
        giveUp();
      });
      outgoing.on('error', (error) => reject(noAnswer(request.call, error)));
      if (sendBy < Infinity) sendOnlyBefore(outgoing, request.call, sendBy);
      outgoing.end(body);
    });
  }

  /** Where one connection fell silent, those that lie idle may have too: each would cost a request its deadline. */
  private dropIdle(): void {
    for (const sockets of Object.values(this.agent.freeSockets)) {
      for (const socket of [...(sockets ?? [])]) socket.destroy();
    }
  }

  /** TLS options and headers of a login that is valid now. */
  private async loggedIn(call: ApiCall): Promise<RequestOptions> {
    const options: RequestOptions = {};
    try {
      await this.config.applyToHTTPSOptions(options);
    } catch {
      // The kubeconfig's own messages may quote what an exec plugin printed.
      throw new NoAnswerError(call, 'the kubeconfig gives no login');
    }
    delete options.agent;
    return options;
  }

  private url({ path, query = {} }: Request): URL {
    const url = new URL(this.server);
    // Set, not resolved: a server's own path that begins with two slashes would name another host.
    url.pathname = `${url.pathname.replace(/\/$/, '')}${path()}`;
    url.search = url.hash = '';
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, value);
    }
    return url;
  }
}

/** As in `PodLogOptions`. */
export interface LogQuery {
  follow?: 'true';
  tailLines?: string;
  timestamps?: 'true';
  /** RFC 3339, whole seconds. */
  sinceTime?: string;
}

function logRequest(log: LogRef, query: LogQuery) {
  const call: ApiCall = { verb: 'get', plural: 'pods/log', name: log.name, namespace: log.namespace };
  return { call, path: () => logPath(log), query: { container: log.container, ...query } };
}

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** After a list, or with the list as the first events of the watch. */
export type WatchStart =
  | { resourceVersion: string }
  | { sendInitialEvents: 'true'; resourceVersionMatch: 'NotOlderThan'; allowWatchBookmarks: 'true' };

export type WatchOptions = ListOptions &
  WatchStart & {
    timeoutSeconds: number;
    signal: AbortSignal;
  };

function bodyHeaders(request: Request, body: string | undefined): Record<string, string> {
  if (body === undefined) return {};
  return {
    'content-type': request.contentType ?? 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  };
}

function isOk(answer: IncomingMessage): boolean {
  return answer.statusCode !== undefined && answer.statusCode >= 200 && answer.statusCode < 300;
}

async function readBody(call: ApiCall, answer: IncomingMessage): Promise<string> {
  try {
    return await readAnswer(call, answer, isOk(answer));
  } catch (error) {
    throw noAnswer(call, error);
  }
}

/** A connection may take long to be made: what it has not taken by then never leaves. */
function sendOnlyBefore(outgoing: ClientRequest, call: ApiCall, sendBy: number): void {
  const late = setTimeout(() => outgoing.destroy(sentTooLate(call)), sendBy - Date.now());
  outgoing.once('finish', () => clearTimeout(late));
  outgoing.once('close', () => clearTimeout(late));
}

function noAnswer(call: ApiCall, error: unknown): Error {
  if (error instanceof ApplicationFailure) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new NoAnswerError(call, code ?? (message === 'timeout' ? 'timeout' : 'connection lost'));
}

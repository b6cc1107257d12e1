/** A plain client of the API server for objects of every kind: JSON over one pool of connections. */
import { Agent, type AgentOptions, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { KubeConfig, type V1ObjectMeta } from '@kubernetes/client-node';

/** What every object has. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: V1ObjectMeta;
}

/** A kind of object, as the API server's paths name it. */
export interface Resource<T extends KubeObject> {
  /** `/api/v1`, `/apis/kubevirt.io/v1`. */
  readonly api: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly apiVersion: string;
  readonly kind: string;
  /** Carries the type; never set. */
  readonly type?: T;
}

export interface ObjectName {
  name: string;
  namespace?: string;
}

/** A refusal of the API server, with the server's own message. The message names no secret. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

interface Outgoing {
  method: Method;
  path: string;
  body?: unknown;
  contentType?: string;
  /** Ends the request, and the reading of its answer. */
  signal?: AbortSignal;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How a PATCH's body is meant; RFC 7386, Kubernetes' own, or server-side apply under our own field manager. */
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
const APPLY_PATCH = 'application/apply-patch+yaml';
const APPLY_QUERY = 'fieldManager=lab&force=true&fieldValidation=Strict';

export class Cluster {
  private readonly agent: Agent;
  private readonly server: string;
  private readonly token: string | undefined;

  constructor(kubeconfig: string) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const cluster = config.getCurrentCluster();
    const user = config.getCurrentUser();
    if (!cluster) throw new Error(`${kubeconfig} names no cluster`);
    this.server = cluster.server;
    this.token = user?.token;
    this.agent = new Agent({
      keepAlive: true,
      ...pem('ca', cluster.caData),
      ...pem('cert', user?.certData),
      ...pem('key', user?.keyData),
    });
  }

  /** @throws ApiError */
  get<T extends KubeObject>(of: Resource<T>, object: ObjectName): Promise<T> {
    return this.call<T>('GET', pathOf(of, object));
  }

  async find<T extends KubeObject>(of: Resource<T>, object: ObjectName): Promise<T | null> {
    return orNull(this.get(of, object));
  }

  create<T extends KubeObject>(of: Resource<T>, object: T): Promise<T> {
    const body = { apiVersion: of.apiVersion, kind: of.kind, ...object };
    return this.call<T>('POST', collectionOf(of, object.metadata?.namespace), body);
  }

  /** Changes the named fields; null removes one. `subresource` is `/status` or nothing. */
  patch<T extends KubeObject>(
    of: Resource<T>,
    object: ObjectName,
    change: unknown,
    subresource = '',
  ): Promise<T> {
    return this.call<T>('PATCH', pathOf(of, object) + subresource, change, MERGE_PATCH);
  }

  /** As {@link patch}, but lists are merged item by item; only of Kubernetes' own kinds. */
  strategicPatch<T extends KubeObject>(
    of: Resource<T>,
    object: ObjectName,
    change: unknown,
    subresource = '',
  ): Promise<T> {
    return this.call<T>('PATCH', pathOf(of, object) + subresource, change, STRATEGIC_PATCH);
  }

  /** Makes the object or brings it to this state. */
  apply<T extends KubeObject>(of: Resource<T>, object: T, subresource = ''): Promise<T> {
    const { name = '', namespace } = object.metadata ?? {};
    const body = { apiVersion: of.apiVersion, kind: of.kind, ...object };
    const path = `${pathOf(of, { name, namespace })}${subresource}?${APPLY_QUERY}`;
    return this.call<T>('PATCH', path, body, APPLY_PATCH);
  }

  /** Asks for the object's end; an object that is gone already is fine. */
  async delete<T extends KubeObject>(of: Resource<T>, object: ObjectName, uid?: string): Promise<void> {
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', ...(uid ? { preconditions: { uid } } : {}) };
    await orNull(this.call('DELETE', pathOf(of, object), options));
  }

  /** One request, its answer parsed. @throws ApiError */
  async call<T>(method: Method, path: string, body?: unknown, contentType = 'application/json'): Promise<T> {
    return JSON.parse(await this.text({ method, path, body, contentType })) as T;
  }

  /** One request, its answer as text. @throws ApiError */
  async text(outgoing: Outgoing): Promise<string> {
    const response = await this.send(outgoing);
    const text = await readAll(response);
    if ((response.statusCode ?? 0) >= 300) throw toApiError(response.statusCode ?? 0, text);
    return text;
  }

  /** One request, its answer as it comes. */
  send({ method, path, body, contentType, signal }: Outgoing): Promise<IncomingMessage> {
    const text = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(`${this.server}${path}`, {
        method,
        agent: this.agent,
        headers: {
          ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
          'user-agent': 'lab-standins',
          accept: 'application/json',
          'content-length': Buffer.byteLength(text),
          ...(body === undefined ? {} : { 'content-type': contentType }),
        },
        ...(signal ? { signal } : {}),
      });
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
      outgoing.end(text);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function pem(option: 'ca' | 'cert' | 'key', base64: string | undefined): AgentOptions {
  return base64 ? { [option]: Buffer.from(base64, 'base64') } : {};
}

export function collectionOf(of: Resource<KubeObject>, namespace?: string): string {
  return of.namespaced && namespace
    ? `${of.api}/namespaces/${namespace}/${of.plural}`
    : `${of.api}/${of.plural}`;
}

export function pathOf(of: Resource<KubeObject>, object: ObjectName): string {
  return `${collectionOf(of, object.namespace)}/${object.name}`;
}

/** What was asked for, or null where there is no such thing. */
export async function orNull<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** What was made, or null where an object of that name exists. */
export async function unlessExists<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiError && error.status === 409 && error.reason === 'AlreadyExists') return null;
    throw error;
  }
}

export async function readAll(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function toApiError(status: number, text: string): ApiError {
  try {
    const answer = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(status, answer.reason ?? '', answer.message ?? `the API server answered ${status}`);
  } catch {
    return new ApiError(status, '', `the API server answered ${status}`);
  }
}

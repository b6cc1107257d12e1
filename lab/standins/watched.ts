/** A kind's objects as the API server has them now: one list, then a watch; a new list whenever the watch breaks. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  ApiError,
  type Cluster,
  collectionOf,
  type KubeObject,
  type ObjectName,
  type Resource,
} from './cluster';

/** Called for every object that was made, changed or removed. */
export type Listener<T> = (object: T, isGone: boolean) => void;

interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

/** The server ends each watch by itself after this long: a connection that died unnoticed lasts no longer. */
const WATCH_SECONDS = 240;
const PAUSE_AFTER_ERROR_MS = 500;

export class Watched<T extends KubeObject> {
  private readonly objects = new Map<string, T>();
  private readonly listeners: Listener<T>[] = [];
  private readonly stopped = new AbortController();
  private version = '';

  constructor(
    private readonly cluster: Cluster,
    private readonly of: Resource<T>,
    private readonly log: (line: string) => void,
    /** The one object that matters; without it all of the kind do. */
    private readonly only?: Required<ObjectName>,
  ) {}

  /** Resolves when the first list is there; from then on it follows until `stop`. */
  async start(): Promise<void> {
    await this.list();
    void this.follow();
  }

  stop(): void {
    this.stopped.abort();
  }

  onChange(listener: Listener<T>): void {
    this.listeners.push(listener);
  }

  get(name: string, namespace?: string): T | undefined {
    return this.objects.get(key(name, namespace));
  }

  /**
   * Takes the server's answer to a change of ours, so that the next look sees it before the watch reports it.
   * Ignores an unknown object where the watch has already passed its version: the object was removed meanwhile.
   */
  learn(object: T): void {
    const known = this.objects.get(keyOf(object));
    if (known ? known.metadata?.uid === object.metadata?.uid : this.isStillToCome(object)) this.set(object);
  }

  all(namespace?: string): T[] {
    const objects = [...this.objects.values()];
    return namespace === undefined ? objects : objects.filter((o) => o.metadata?.namespace === namespace);
  }

  private isStillToCome(object: T): boolean {
    return this.version !== '' && versionOf(object) > BigInt(this.version);
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      try {
        if (this.version === '') await this.list();
        await this.watch();
      } catch (error) {
        if (signal.aborted) return;
        this.version = '';
        this.log(`watching ${this.of.plural}: ${error instanceof Error ? error.message : String(error)}`);
        await delay(PAUSE_AFTER_ERROR_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async list(): Promise<void> {
    const list = await this.cluster.call<{ metadata: { resourceVersion: string }; items: T[] }>(
      'GET',
      `${this.path()}?${this.selection()}`,
    );
    const present = new Set(list.items.map(keyOf));
    for (const [name, object] of this.objects) {
      if (!present.has(name)) this.gone(object);
    }
    // Items of a list leave out what they are.
    const { apiVersion, kind } = this.of;
    list.items.forEach((object) => this.set({ ...object, apiVersion, kind }));
    this.version = list.metadata.resourceVersion;
  }

  private async watch(): Promise<void> {
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}`;
    const path = `${this.path()}?${query}&resourceVersion=${this.version}&${this.selection()}`;
    const stream = await this.cluster.send({ method: 'GET', path, signal: this.stopped.signal });
    if (stream.statusCode !== 200) {
      stream.resume();
      throw new ApiError(stream.statusCode ?? 0, '', `the watch was refused with ${stream.statusCode}`);
    }
    let begun = '';
    for await (const text of stream.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (begun + text).split('\n');
      begun = lines.pop() ?? '';
      lines.forEach((line) => this.take(JSON.parse(line) as WatchEvent<T>));
    }
  }

  private path(): string {
    return collectionOf(this.of, this.only?.namespace);
  }

  private selection(): string {
    return this.only === undefined ? '' : `fieldSelector=metadata.name%3D${this.only.name}`;
  }

  private take({ type, object }: WatchEvent<T>): void {
    switch (type) {
      case 'ERROR':
        throw new Error('the watch is too old');
      case 'DELETED':
        this.gone(object);
        break;
      case 'ADDED':
      case 'MODIFIED':
        this.set(object);
        break;
      case 'BOOKMARK':
        break;
    }
    this.version = object.metadata?.resourceVersion ?? '';
  }

  private set(object: T): void {
    const known = this.objects.get(keyOf(object));
    if (known && versionOf(known) >= versionOf(object)) return;
    this.objects.set(keyOf(object), object);
    this.listeners.forEach((listener) => listener(object, false));
  }

  private gone(object: T): void {
    this.objects.delete(keyOf(object));
    this.listeners.forEach((listener) => listener(object, true));
  }
}

function keyOf(object: KubeObject): string {
  return key(object.metadata?.name ?? '', object.metadata?.namespace);
}

/** Grows with every change of the cluster; what has been learnt already comes again by the watch, in order. */
function versionOf(object: KubeObject): bigint {
  return BigInt(object.metadata?.resourceVersion ?? '0');
}

/** `namespace/name`, or the name alone. */
export function key(name: string, namespace?: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

export function splitKey(text: string): { name: string; namespace?: string } {
  const [first = '', second] = text.split('/');
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

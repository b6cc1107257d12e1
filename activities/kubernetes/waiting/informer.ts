/**
 * One shared watch of one kind in one namespace: lists, watches for a bounded time, lists again.
 *
 * The new list is what makes it safe to wait on: a watch may go silent for ever without an error (a half-open
 * connection), and then the next list, at most a round later, says what was missed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { eventLines, parseJson } from '../api/answers';
import type { ApiClient, WatchStart } from '../api/api-client';
import { ApiError, isStatus } from '../api/errors';
import type { ApiObject, Kind } from '../api/kinds';

export interface WatchTiming {
  /** How long one watch lasts before everything is listed again; at most 300. */
  roundSeconds: number;
  /** How much later than that a silent watch is dropped. */
  graceSeconds: number;
  /** How long an informer that nobody uses runs on. */
  lingerSeconds: number;
}

export const WATCH_TIMING: WatchTiming = { roundSeconds: 90, graceSeconds: 10, lingerSeconds: 60 };

/** On the bookmark after the last object of a streamed list. */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';
const LONGEST_BACKOFF_MS = 15_000;
/** A watch that ends sooner than this counts as a failure, so that a broken server isn't asked in a tight loop. */
const SHORTEST_WATCH_MS = 1_000;

export interface Listener<T> {
  matches: (object: T) => boolean;
  /** A matching object changed or went, or everything was listed afresh. */
  onChange: () => void;
  /** The cluster does not answer, or refuses; the informer goes on trying. */
  onTrouble: (error: unknown) => void;
}

export interface InformerSource<T extends ApiObject> {
  api: ApiClient;
  kind: Kind<T>;
  namespace: string;
  labelSelector: string;
}

export class Informer<T extends ApiObject> {
  private readonly objects = new Map<string, T>();
  private readonly listeners = new Set<Listener<T>>();
  private readonly stopping = new AbortController();
  private listed = false;
  private trouble: unknown = null;
  /** Until the API server says that it can't. */
  private streamsLists = true;

  constructor(
    private readonly source: InformerSource<T>,
    private readonly timing: WatchTiming,
  ) {}

  /** Runs until {@link stop}; never rejects. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping.signal.aborted) {
      const began = Date.now();
      try {
        await this.round();
        failures = Date.now() - began < SHORTEST_WATCH_MS ? failures + 1 : 0;
      } catch (error) {
        failures += 1;
        this.report(error);
      }
      if (failures > 0) await this.pause(Math.min(LONGEST_BACKOFF_MS, 250 * 2 ** failures));
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Whether everything was listed at least once, so that {@link select} means something. */
  get isListed(): boolean {
    return this.listed;
  }

  /** What was last heard; what is missing here may still exist. */
  select(matches: (object: T) => boolean): T[] {
    return [...this.objects.values()].filter(matches);
  }

  listen(listener: Listener<T>): () => void {
    this.listeners.add(listener);
    if (this.trouble !== null) listener.onTrouble(this.trouble);
    return () => this.listeners.delete(listener);
  }

  private async round(): Promise<void> {
    const { roundSeconds, graceSeconds } = this.timing;
    const bound = AbortSignal.timeout((roundSeconds + graceSeconds) * 1_000);
    const signal = AbortSignal.any([bound, this.stopping.signal]);
    try {
      await (this.streamsLists ? this.streamListAndWatch(signal) : this.listAndWatch(signal));
    } catch (error) {
      if (this.streamsLists && isStatus(error, 422)) this.streamsLists = false;
      // A watch that went silent is no trouble: the next round lists what it missed.
      else if (!bound.aborted) throw error;
    }
  }

  /** List and watch in one request, where the API server has WatchList (1.34 by default). */
  private async streamListAndWatch(signal: AbortSignal): Promise<void> {
    const stream = await this.watch(signal, {
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
    let initial: T[] | null = [];
    for await (const event of events<T>(stream)) {
      if (event.type === 'ERROR') return;
      if (initial === null) this.hear(event);
      else if (event.type !== 'BOOKMARK') initial.push(event.object);
      else if (event.object.metadata?.annotations?.[INITIAL_EVENTS_END] === 'true') {
        this.replaceAll(initial);
        initial = null;
      }
    }
  }

  private async listAndWatch(signal: AbortSignal): Promise<void> {
    const { api, kind, namespace, labelSelector } = this.source;
    const list = await api.list(kind, { namespace, labelSelector });
    this.replaceAll(list.items);
    const stream = await this.watch(signal, { resourceVersion: list.metadata.resourceVersion });
    for await (const event of events<T>(stream)) {
      if (event.type === 'ERROR') return;
      this.hear(event);
    }
  }

  private watch(signal: AbortSignal, start: WatchStart) {
    const { api, kind, namespace, labelSelector } = this.source;
    const timeoutSeconds = this.timing.roundSeconds;
    return api.watch(kind, { namespace, labelSelector, timeoutSeconds, signal, ...start });
  }

  private hear({ type, object }: WatchEvent<T>): void {
    if (type === 'BOOKMARK') return;
    if (type === 'DELETED') this.objects.delete(nameOf(object));
    else this.objects.set(nameOf(object), lean(object));
    for (const listener of this.listeners) if (listener.matches(object)) listener.onChange();
  }

  private replaceAll(items: T[]): void {
    this.objects.clear();
    for (const item of items) this.objects.set(nameOf(item), lean(item));
    this.listed = true;
    this.trouble = null;
    for (const listener of this.listeners) listener.onChange();
  }

  private report(error: unknown): void {
    if (this.stopping.signal.aborted) return;
    this.trouble = error;
    for (const listener of this.listeners) listener.onTrouble(error);
  }

  private async pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

interface WatchEvent<T> {
  /** `ERROR`: the server wants us to list again. */
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

async function* events<T>(stream: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent<T>> {
  for await (const line of eventLines(stream)) if (line !== '') yield parseJson(line) as WatchEvent<T>;
}

/** A refusal, or a failure of ours, does not mend itself by waiting; silence may. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof ApplicationFailure) return error.nonRetryable === true;
  return (
    error instanceof ApiError &&
    error.status >= 400 &&
    error.status < 500 &&
    ![408, 410, 429].includes(error.status)
  );
}

function nameOf(object: ApiObject): string {
  return object.metadata?.name ?? '';
}

/** Bookkeeping of server-side apply is most of an object, and nobody here reads it. */
function lean<T extends ApiObject>(object: T): T {
  if (object.metadata !== undefined) delete object.metadata.managedFields;
  return object;
}

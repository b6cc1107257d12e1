/** For activities that watch: a scope of theirs upon an API that the test answers for, and what a watch says. */
import type { RequestListener } from 'node:http';
import { Informers } from '../../../activities/kubernetes/waiting/informers';
import type { Scope } from '../../../activities/kubernetes/waiting/scope';
import { recordingApi, type RecordingApi } from './recording-api';

/** A line of a watch. */
export function watchEvent(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

/** A watch begins with what there is, and says where that ends. */
export const INITIAL_END = watchEvent('BOOKMARK', {
  metadata: { resourceVersion: '1', annotations: { 'k8s.io/initial-events-end': 'true' } },
});

interface Watching {
  api: RecordingApi;
  scope: Scope;
}

/** To be called once in a file. What the returned function opens ends with the test. */
export function useWatching(): (
  listener: RequestListener,
  report?: (progress: { note: string | null }) => void,
) => Promise<Watching> {
  const ends: (() => void)[] = [];
  afterEach(() => ends.splice(0).forEach((end) => end()));
  return async (listener, report = () => undefined) => {
    const api = await recordingApi(listener);
    const informers = new Informers();
    const waiting = new AbortController();
    ends.push(
      () => waiting.abort(),
      () => informers.close(),
      () => api.close(),
    );
    const scope = {
      cluster: { api: api.client, key: 'test' },
      informers,
      since: Date.now(),
      signal: waiting.signal,
      progress: { report },
    } as unknown as Scope;
    return { api, scope };
  };
}

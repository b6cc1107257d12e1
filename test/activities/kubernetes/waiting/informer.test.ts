import { Readable } from 'node:stream';
import type { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { ApiError } from '../../../../activities/kubernetes/api/errors';
import { Informer } from '../../../../activities/kubernetes/waiting/informer';
import { type Pod, PODS } from '../../../../activities/kubernetes/api/kinds';

const TIMING = { roundSeconds: 5, graceSeconds: 1, lingerSeconds: 1 };
const pod = (name: string): Pod => ({ metadata: { name, namespace: 'migrated' } });

/** An API server without WatchList: it refuses what it does not know, and lists. */
class OldServer {
  readonly asked: string[] = [];

  watch(_kind: unknown, options: { sendInitialEvents?: string; signal: AbortSignal }): Promise<Readable> {
    const call = { verb: 'watch', plural: 'pods' };
    if (options.sendInitialEvents !== undefined) {
      this.asked.push('streamed list');
      return Promise.reject(
        new ApiError(call, 422, { reason: 'Invalid', said: 'sendInitialEvents is forbidden for watch' }),
      );
    }
    this.asked.push('watch');
    const added = `${JSON.stringify({ type: 'ADDED', object: pod('later') })}\n`;
    const stream = new Readable({ read: () => undefined, signal: options.signal });
    stream.push(Buffer.from(added));
    return Promise.resolve(stream);
  }

  list() {
    this.asked.push('list');
    return Promise.resolve({ items: [pod('first')], metadata: { resourceVersion: '7' } });
  }
}

test('where the API server streams no lists, it lists and then watches', async () => {
  const server = new OldServer();
  const source = {
    kind: PODS,
    namespace: 'migrated',
    labelSelector: '',
    api: server as unknown as ApiClient,
  };
  const informer = new Informer(source, TIMING);
  const heard = new Promise<void>((resolve) => {
    informer.listen({
      matches: ({ metadata }) => metadata?.name === 'later',
      onChange: () => informer.select(() => true).length === 2 && resolve(),
      onTrouble: () => undefined,
    });
  });

  const running = informer.run();
  await heard;
  informer.stop();
  await running;

  expect(server.asked).toEqual(['streamed list', 'list', 'watch']);
  expect(informer.select(() => true).map(({ metadata }) => metadata?.name)).toEqual(['first', 'later']);
});

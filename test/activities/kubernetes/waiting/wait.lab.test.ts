import { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { Informers } from '../../../../activities/kubernetes/waiting/informers';
import { CONFIG_MAPS, type ConfigMap } from '../../../../activities/kubernetes/api/kinds';
import { DeadlineError, waitFor } from '../../../../activities/kubernetes/waiting/wait';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { freezableProxy, type FreezableProxy } from '../freezable-proxy';

const LABEL = 'drover.dev/vm';
let namespace: string;
let admin: ApiClient;
let proxy: FreezableProxy;
let proxied: ApiClient;
let informers: Informers;

beforeEach(async () => {
  const config = useCluster();
  namespace = await freshNamespace(config);
  admin = new ApiClient(config);
  const server = new URL(config.getCurrentCluster()?.server ?? '');
  proxy = await freezableProxy({ host: server.hostname, port: Number(server.port) });
  const through = useCluster();
  through.clusters = through.clusters.map((cluster) => ({
    ...cluster,
    server: `https://127.0.0.1:${proxy.port}`,
  }));
  proxied = new ApiClient(through);
  informers = new Informers({ roundSeconds: 2, graceSeconds: 1, lingerSeconds: 1 });
});

afterEach(async () => {
  informers.close();
  proxied.close();
  admin.close();
  proxy.close();
  await dropNamespace(useCluster(), namespace);
});

function make(name: string): Promise<ConfigMap> {
  return admin.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: { [LABEL]: 'vm-1' } },
  });
}

function waitForMap(
  name: string,
  options: { seconds?: number; signal?: AbortSignal; onFirstLook?: () => void } = {},
) {
  const { seconds = 20, signal = new AbortController().signal, onFirstLook } = options;
  return informers.using({ api: proxied, key: 'test' }, { kind: CONFIG_MAPS, namespace }, (informer) =>
    waitFor(
      informer,
      ({ metadata }) => metadata?.name === name,
      ([found]) => {
        if (found === undefined) onFirstLook?.();
        return found?.metadata?.name;
      },
      { deadline: Date.now() + seconds * 1_000, signal },
    ),
  );
}

test('a wait ends when its object comes', async () => {
  const looked = new Promise<void>((resolve) => {
    void waitForMap('other', { seconds: 2, onFirstLook: resolve }).catch(() => undefined);
  });
  await looked;
  const waiting = waitForMap('a');
  await make('a');
  await expect(waiting).resolves.toBe('a');
});

test('a wait ends even though its watch has gone silent', async () => {
  let waiting: Promise<unknown> | undefined;
  await new Promise<void>((resolve) => {
    waiting = waitForMap('a', { onFirstLook: resolve });
  });
  proxy.freeze();
  await make('a');
  await expect(waiting).resolves.toBe('a');
});

test('a wait ends at its deadline, and at once when it is cancelled', async () => {
  await expect(waitForMap('never', { seconds: 1 })).rejects.toBeInstanceOf(DeadlineError);
  const stop = new AbortController();
  const waiting = waitForMap('never', {
    signal: stop.signal,
    onFirstLook: () => stop.abort(new Error('stop')),
  });
  await expect(waiting).rejects.toThrow('stop');
});

test('a watch that is refused ends the wait', async () => {
  const waiting = informers.using(
    { api: proxied, key: 'test' },
    { kind: { apiVersion: 'nowhere/v1', kind: 'Nothing', plural: 'nothings' }, namespace },
    (informer) =>
      waitFor(
        informer,
        () => true,
        () => undefined,
        { deadline: Date.now() + 10_000, signal: new AbortController().signal },
      ),
  );
  await expect(waiting).rejects.toMatchObject({ status: 404 });
});

/** Everything that a namespace holds, whatever its kind: what no list of known kinds can overlook. */
import { request } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';

interface ResourceList {
  groupVersion: string;
  resources: { name: string; namespaced: boolean; verbs: string[] }[];
}

/** Records of what happened, not things that stay. */
const RECORDS = ['events', 'endpoints', 'endpointslices'];

/** `resource/name` of every object, sorted. */
export async function contentsOf(config: KubeConfig, namespace: string): Promise<string[]> {
  const paths = await listablePaths(config);
  const found = await Promise.all(
    paths.map(async ({ root, resource }) => {
      const path = `${root}/namespaces/${namespace}/${resource}`;
      const { items } = (await get(config, path)) as { items: { metadata: { name: string } }[] };
      return items.map(({ metadata }) => `${resource}/${metadata.name}`);
    }),
  );
  return found.flat().sort();
}

async function listablePaths(config: KubeConfig): Promise<{ root: string; resource: string }[]> {
  const { groups } = (await get(config, '/apis')) as {
    groups: { preferredVersion: { groupVersion: string } }[];
  };
  const roots = [
    '/api/v1',
    ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`),
  ];
  const lists = await Promise.all(roots.map((root) => get(config, root) as Promise<ResourceList>));
  return lists.flatMap(({ resources }, index) =>
    resources
      .filter(
        ({ namespaced, verbs, name }) => namespaced && verbs.includes('list') && !RECORDS.includes(name),
      )
      .map(({ name }) => ({ root: roots[index] ?? '', resource: name })),
  );
}

async function get(config: KubeConfig, path: string): Promise<unknown> {
  const options = {};
  await config.applyToHTTPSOptions(options);
  const server = config.getCurrentCluster()?.server;
  const body = await new Promise<string>((resolve, reject) => {
    const call = request(new URL(path, server), { ...options, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve(text));
    });
    call.once('error', reject);
    call.end();
  });
  return JSON.parse(body) as unknown;
}

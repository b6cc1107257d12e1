/** From a volume's source in a Pod's spec to the files in it. */
import type { V1KeyToPath, V1Pod, V1Volume, V1VolumeProjection } from '@kubernetes/client-node';
import { type NodeApi, orNull } from '../api';
import { podField } from '../field-ref';
import { MountError } from './mount-error';
import { DEFAULT_MODE, type Payload, type PayloadFile } from './payload';

export interface ProjectionContext {
  api: NodeApi;
  pod: V1Pod;
}

/** The files of a secret, configMap, downwardAPI or projected volume; null for any other kind. */
export async function projectVolume(context: ProjectionContext, volume: V1Volume): Promise<Payload | null> {
  const { secret, configMap, downwardAPI, projected } = volume;
  if (secret) {
    const source = { secret: { ...secret, name: secret.secretName } };
    return project(context, source, secret.defaultMode);
  }
  if (configMap) {
    return project(context, { configMap }, configMap.defaultMode);
  }
  if (downwardAPI) {
    return project(context, { downwardAPI }, downwardAPI.defaultMode);
  }
  if (!projected) {
    return null;
  }
  const parts = await Promise.all(
    (projected.sources ?? []).map((source) => project(context, source, projected.defaultMode)),
  );
  return new Map(parts.flatMap((part) => [...part]));
}

async function project(
  context: ProjectionContext,
  source: V1VolumeProjection,
  defaultMode = DEFAULT_MODE,
): Promise<Payload> {
  const namespace = context.pod.metadata?.namespace ?? '';
  if (source.secret) {
    const { name = '', items, optional } = source.secret;
    const secret = await orNull(context.api.core.readNamespacedSecret({ namespace, name }));
    const data = secret && decoded(secret.data);
    return select(data, { kind: 'secret', name, items, optional, defaultMode });
  }
  if (source.configMap) {
    const { name = '', items, optional } = source.configMap;
    const map = await orNull(context.api.core.readNamespacedConfigMap({ namespace, name }));
    const data = map && new Map([...plain(map.data), ...decoded(map.binaryData)]);
    return select(data, { kind: 'configmap', name, items, optional, defaultMode });
  }
  if (source.serviceAccountToken) {
    const { path } = source.serviceAccountToken;
    return new Map([[path, { data: await token(context, source.serviceAccountToken), mode: defaultMode }]]);
  }
  const fields = source.downwardAPI?.items ?? [];
  return new Map(
    fields.map(({ path, mode, fieldRef }): [string, PayloadFile] => {
      const text = podField(context.pod, fieldRef?.fieldPath ?? '');
      return [path, { data: Buffer.from(text), mode: mode ?? defaultMode }];
    }),
  );
}

async function token(
  { api, pod }: ProjectionContext,
  { audience, expirationSeconds }: { audience?: string; expirationSeconds?: number },
): Promise<Buffer> {
  const answer = await api.core.createNamespacedServiceAccountToken({
    namespace: pod.metadata?.namespace ?? '',
    name: pod.spec?.serviceAccountName ?? 'default',
    body: {
      spec: {
        audiences: audience ? [audience] : [],
        expirationSeconds: expirationSeconds ?? 3600,
        boundObjectRef: {
          apiVersion: 'v1',
          kind: 'Pod',
          name: pod.metadata?.name,
          uid: pod.metadata?.uid,
        },
      },
    },
  });
  return Buffer.from(answer.status?.token ?? '');
}

interface Selection {
  kind: 'secret' | 'configmap';
  name: string;
  items: V1KeyToPath[] | undefined;
  optional: boolean | undefined;
  defaultMode: number;
}

/** All keys, or the keys that `items` names. A missing key is an error unless the source is optional. */
function select(data: Map<string, Buffer> | null, selection: Selection): Payload {
  const { kind, name, items, optional, defaultMode } = selection;
  if (data === null && !optional) {
    throw new MountError(`${kind} "${name}" not found`);
  }
  const wanted = items ?? [...(data?.keys() ?? [])].map((key): V1KeyToPath => ({ key, path: key }));
  const payload: Payload = new Map();
  for (const { key, path, mode } of wanted) {
    const content = data?.get(key);
    if (content !== undefined) {
      payload.set(path, { data: content, mode: mode ?? defaultMode });
    } else if (!optional) {
      throw new MountError(`references non-existent ${kind} key: ${key}`);
    }
  }
  return payload;
}

function decoded(data: Record<string, string> = {}): Map<string, Buffer> {
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}

function plain(data: Record<string, string> = {}): Map<string, Buffer> {
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
}

/** A container's environment: the image's variables, envFrom, then env. Later ones win and may quote earlier ones. */
import type { V1Container, V1EnvFromSource, V1EnvVar, V1EnvVarSource, V1Pod } from '@kubernetes/client-node';
import { type NodeApi, orNull } from './api';
import { podField } from './field-ref';

/** Something that a container's configuration names does not exist (yet): the kubelet's CreateContainerConfigError. */
export class ConfigError extends Error {}

/** Values of one Secret or ConfigMap, decoded. */
type Values = Record<string, string>;

export interface EnvironmentRequest {
  api: NodeApi;
  pod: V1Pod;
  container: V1Container;
  /** The image's own variables. */
  image: Record<string, string>;
}

/** @throws ConfigError where a Secret, a ConfigMap or a key of it is missing and not optional. */
export async function resolveEnvironment(request: EnvironmentRequest): Promise<Record<string, string>> {
  const { pod, container, image } = request;
  const sources = new Sources(request.api, pod.metadata?.namespace ?? '');
  const env: Record<string, string> = { ...labSettings(), ...image };
  for (const from of container.envFrom ?? []) {
    Object.assign(env, await fromWhole(sources, from));
  }
  for (const variable of container.env ?? []) {
    const value = await valueOf(variable, { sources, pod, env });
    if (value !== null) {
      env[variable.name] = value;
    }
  }
  return env;
}

/** `LAB_*` of the node's own process: with them the lab slows its images down, or makes them fail. */
function labSettings(): Values {
  // Only the wanted values are read: each read is a call into the C library.
  const names = Object.keys(process.env).filter((name) => name.startsWith('LAB_'));
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}

async function fromWhole(sources: Sources, from: V1EnvFromSource): Promise<Values> {
  const prefix = from.prefix ?? '';
  const values = from.secretRef
    ? await sources.read('secret', from.secretRef.name ?? '', from.secretRef.optional)
    : await sources.read('configmap', from.configMapRef?.name ?? '', from.configMapRef?.optional);
  return Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [prefix + key, value]));
}

interface VariableContext {
  sources: Sources;
  pod: V1Pod;
  env: Values;
}

async function valueOf(variable: V1EnvVar, context: VariableContext): Promise<string | null> {
  return variable.valueFrom
    ? valueFrom(variable.valueFrom, context)
    : expand(variable.value ?? '', context.env);
}

async function valueFrom(from: V1EnvVarSource, { sources, pod }: VariableContext): Promise<string | null> {
  if (from.secretKeyRef) {
    return sources.key('secret', from.secretKeyRef);
  }
  if (from.configMapKeyRef) {
    return sources.key('configmap', from.configMapKeyRef);
  }
  if (from.fieldRef) {
    return podField(pod, from.fieldRef.fieldPath);
  }
  throw new ConfigError('this node resolves secretKeyRef, configMapKeyRef and fieldRef only');
}

/**
 * `$(NAME)` becomes the value of NAME, or stays where there is none; `$$` is a literal dollar sign.
 * Source: kubernetes 1.34.4, third_party/forked/golang/expansion/expand.go.
 */
export function expand(text: string, env: Values): string {
  return text.replace(/\$\$|\$\(([^()]+)\)/g, (match, name?: string) =>
    name === undefined ? '$' : (env[name] ?? match),
  );
}

interface KeyRef {
  name?: string;
  key: string;
  optional?: boolean;
}

/** Secrets and ConfigMaps, each read once per resolution. */
class Sources {
  private readonly api: NodeApi;
  private readonly namespace: string;
  private readonly known = new Map<string, Promise<Values | null>>();

  constructor(api: NodeApi, namespace: string) {
    this.api = api;
    this.namespace = namespace;
  }

  async key(kind: 'secret' | 'configmap', { name = '', key, optional }: KeyRef): Promise<string | null> {
    const values = await this.read(kind, name, optional);
    const value = values?.[key];
    if (value === undefined && values !== null && !optional) {
      const title = kind === 'secret' ? 'Secret' : 'ConfigMap';
      throw new ConfigError(`couldn't find key ${key} in ${title} ${this.namespace}/${name}`);
    }
    return value ?? null;
  }

  async read(kind: 'secret' | 'configmap', name: string, optional = false): Promise<Values | null> {
    const id = `${kind}/${name}`;
    const values = this.known.get(id) ?? (kind === 'secret' ? this.secret(name) : this.configMap(name));
    this.known.set(id, values);
    if ((await values) === null && !optional) {
      throw new ConfigError(`${kind} "${name}" not found`);
    }
    return values;
  }

  private async secret(name: string): Promise<Values | null> {
    const secret = await orNull(this.api.core.readNamespacedSecret({ namespace: this.namespace, name }));
    const entries = Object.entries(secret?.data ?? {});
    return (
      secret &&
      Object.fromEntries(entries.map(([key, data]) => [key, Buffer.from(data, 'base64').toString()]))
    );
  }

  private async configMap(name: string): Promise<Values | null> {
    const map = await orNull(this.api.core.readNamespacedConfigMap({ namespace: this.namespace, name }));
    return map && (map.data ?? {});
  }
}

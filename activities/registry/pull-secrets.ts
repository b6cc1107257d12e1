/** The logins that Pods of a namespace pull with. */
import { visible } from '../../plan/visible';
import type { Cluster } from '../kubernetes/access/clusters';
import { SECRETS, SERVICE_ACCOUNTS } from '../kubernetes/api/kinds';
import { CONFIG_KEYS, type Login, readDockerConfig } from './docker-config';

export type PullSecrets =
  | { kind: 'read'; secrets: string[]; logins: Login[] }
  | { kind: 'pullSecretMissing' }
  | { kind: 'pullSecretUnusable'; secret: string; why: string };

/**
 * The pull secrets that a Pod with this ServiceAccount gets: the Secret that the Pod names, or else the Secrets of its
 * ServiceAccount (Kubernetes 1.34.4, plugin/pkg/admission/serviceaccount/admission.go). Of the ServiceAccount's Secrets, the
 * kubelet skips those that do not exist (pkg/kubelet/kubelet_pods.go, `getPullSecretsForPod`).
 */
export async function readPullSecrets(
  cluster: Cluster,
  account: { namespace: string; name: string },
  named: string | null,
): Promise<PullSecrets> {
  const { namespace } = account;
  const secrets = named === null ? await secretsOfAccount(cluster, account) : [named];
  const logins: Login[] = [];
  for (const secret of secrets) {
    const read = await readPullSecret(cluster, { namespace, name: secret });
    if (read === null) {
      if (named !== null) return { kind: 'pullSecretMissing' };
      continue;
    }
    if (typeof read === 'string') return { kind: 'pullSecretUnusable', secret, why: read };
    logins.push(...read);
  }
  return { kind: 'read', secrets, logins };
}

async function secretsOfAccount(
  { api }: Cluster,
  ref: { namespace: string; name: string },
): Promise<string[]> {
  const account = await api.find(SERVICE_ACCOUNTS, ref);
  return (account?.imagePullSecrets ?? []).flatMap(({ name = '' }) => (name === '' ? [] : [name]));
}

/** Its logins; why it has none; or null where there is no such Secret. */
async function readPullSecret(
  { api }: Cluster,
  ref: { namespace: string; name: string },
): Promise<Login[] | string | null> {
  const secret = await api.find(SECRETS, ref);
  if (secret === null) return null;
  const type = secret.type ?? 'none';
  const key = Object.hasOwn(CONFIG_KEYS, type) ? CONFIG_KEYS[type] : undefined;
  if (key === undefined) return `is of type ${visible(type)}, which is none of pull secrets`;
  const encoded = secret.data?.[key];
  if (encoded === undefined) return `has no key ${key}`;
  return readDockerConfig(ref.name, key, Buffer.from(encoded, 'base64').toString('utf8'));
}

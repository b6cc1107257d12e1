/** Who may talk to the lab's API server from the start: one bearer token each, so that the audit log names them. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

export const MASTERS = 'system:masters';

/** The real node's name, which its kubelet's user must have. */
export const REAL_NODE = 'lab-real-node';

/** Name of the kubeconfig → user and group at the API server. */
const IDENTITIES = {
  admin: { user: 'lab:admin', group: MASTERS },
  node: { user: 'lab:node', group: MASTERS },
  standins: { user: 'lab:standins', group: MASTERS },
  'controller-manager': { user: 'system:kube-controller-manager', group: '' },
  scheduler: { user: 'system:kube-scheduler', group: '' },
  kubelet: { user: `system:node:${REAL_NODE}`, group: 'system:nodes' },
  'kube-proxy': { user: 'system:kube-proxy', group: '' },
} as const;

export type IdentityName = keyof typeof IDENTITIES;

export interface Identity {
  name: IdentityName;
  user: string;
  token: string;
}

/** Makes a fresh token for every identity and writes the file that the API server reads them from. */
export function writeIdentities(tokenFile: string): Record<IdentityName, Identity> {
  const names = Object.keys(IDENTITIES) as IdentityName[];
  const identities = names.map((name) => ({
    name,
    user: IDENTITIES[name].user,
    token: randomBytes(24).toString('hex'),
  }));
  const lines = identities.map(({ name, user, token }) => {
    const { group } = IDENTITIES[name];
    return [token, user, user, ...(group ? [`"${group}"`] : [])].join(',');
  });
  writeFileSync(tokenFile, `${lines.join('\n')}\n`, { mode: 0o600 });
  return Object.fromEntries(identities.map((entry) => [entry.name, entry])) as Record<IdentityName, Identity>;
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { stringify } from 'yaml';

export interface KubeconfigEntry {
  url: string;
  /** The server's CA, PEM. */
  ca: string;
  user: string;
  token: string;
  /** Namespace of commands that name none. */
  namespace?: string;
}

/** Writes a kubeconfig that only its owner can read: it holds a token. */
export function writeKubeconfig(file: string, entry: KubeconfigEntry): void {
  mkdirSync(dirname(file), { recursive: true });
  const context = {
    cluster: 'lab',
    user: entry.user,
    ...(entry.namespace && { namespace: entry.namespace }),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    contexts: [{ name: 'lab', context }],
    clusters: [
      {
        name: 'lab',
        cluster: {
          server: entry.url,
          'certificate-authority-data': Buffer.from(entry.ca).toString('base64'),
        },
      },
    ],
    users: [{ name: entry.user, user: { token: entry.token } }],
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
}

/** How a running lab can be used: its addresses and files. The lab writes it to `lab.json` in its directory. */
import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LabProcess } from './process';

export interface LabState {
  /** Everything that this lab wrote lies below. */
  dir: string;
  /** kubeconfig of a cluster administrator. */
  kubeconfig: string;
  /** kubeconfig of the worker's ServiceAccount with exactly the shipped rights. */
  workerKubeconfig: string;
  /** Audit log of the API server, one JSON event a line; empty where the cluster is the user's own. */
  auditLog: string;
  temporal: { address: string; namespace: string };
  vcenter: {
    /** `https://127.0.0.1:PORT/sdk` */
    url: string;
    username: string;
    password: string;
    /** SHA-1 in colon form. */
    thumbprint: string;
    caFile: string;
    /** Each datastore is a directory of this one, named for it. */
    datastoresDir: string;
  };
  /** `<volumesDir>/<pv name>/disk.img` for Filesystem, `<volumesDir>/<pv name>/block` for Block. */
  volumesDir: string;
  /** The lab's storage array: copies inside itself, asked over HTTP by the offload plugin. */
  arrayUrl: string;
  /** `host:port` of the registry that holds the lab's images; plain http. */
  registry: string;
  /** Example manifests, filled in for this lab. */
  manifestsDir: string;
  /** In the order in which they were started. */
  processes: LabProcess[];
}

export function stateFile(dir: string): string {
  return join(dir, 'lab.json');
}

export function writeState(state: LabState): void {
  // It holds the password of the lab's vCenter.
  writeFileSync(stateFile(state.dir), JSON.stringify(state, null, 2), { mode: 0o600 });
}

export function readState(dir: string): LabState | null {
  const file = stateFile(dir);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LabState) : null;
}

/** Where a lab keeps what, below its own folder. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from './cache';
import { LabRefusal } from './refusal';

export interface LabLayout {
  dir: string;
  logs: string;
  controlPlane: string;
  vcenter: string;
  registry: string;
  standins: string;
  node: string;
  realNode: string;
  volumes: string;
  manifests: string;
  workerKubeconfig: string;
}

const MARKER = '.drover-lab';

/** The folder of a lab whose place nobody named. */
export function defaultLabDir(): string {
  return join(cacheDir(), 'lab');
}

export function labLayout(dir: string): LabLayout {
  return {
    dir,
    logs: join(dir, 'logs'),
    controlPlane: join(dir, 'control-plane'),
    vcenter: join(dir, 'vcenter'),
    registry: join(dir, 'registry'),
    standins: join(dir, 'standins'),
    node: join(dir, 'node'),
    realNode: join(dir, 'real-node'),
    volumes: join(dir, 'volumes'),
    manifests: join(dir, 'manifests'),
    workerKubeconfig: join(dir, 'worker.kubeconfig'),
  };
}

/** Folders in which the lab's processes leave their logs and identities. */
export function logFolders(layout: LabLayout): string[] {
  return [layout.logs, join(layout.controlPlane, 'logs'), layout.vcenter, layout.registry];
}

/**
 * Makes the folder a fresh lab's: empties it of a former lab.
 * @throws LabRefusal when it holds something that is no lab.
 */
export function claimFolder(dir: string): LabLayout {
  const layout = labLayout(dir);
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    if (!existsSync(join(dir, MARKER))) {
      throw new LabRefusal(`${dir} holds files that belong to no lab; name an empty folder with --dir`);
    }
    rmSync(dir, { recursive: true, force: true });
  }
  for (const folder of [dir, layout.logs, layout.standins, layout.node, layout.volumes]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(join(dir, MARKER), '');
  return layout;
}

/** What is deployed, rendered by kubectl's own kustomize. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments, stringify } from 'yaml';
import { buildProgram } from './own-program';
import { packagePath } from './package-path';

/** Folders of deploy/ that can be applied, alone or by an overlay. */
export type DeployFolder =
  'account' | 'target' | 'openshift' | 'networks' | 'plans' | 'cdi' | 'cluster-wide' | 'example' | 'worker';

/** The objects of a folder of deploy/. @throws Error with kustomize's own words */
export function renderDeploy(folder: DeployFolder): Promise<KubernetesObject[]> {
  return render(packagePath('deploy', folder));
}

/** The objects of an overlay that puts a folder of deploy/ into a namespace. */
export function renderIn(namespace: string, folder: DeployFolder): Promise<KubernetesObject[]> {
  return renderOverlay({ namespace, resources: [folder] });
}

/** The objects of an overlay; its `resources` are folders of deploy/. */
export async function renderOverlay(
  overlay: { resources: DeployFolder[] } & Record<string, unknown>,
): Promise<KubernetesObject[]> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-overlay-'));
  try {
    for (const name of overlay.resources) symlinkSync(packagePath('deploy', name), join(folder, name));
    const head = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };
    writeFileSync(join(folder, 'kustomization.yaml'), stringify({ ...head, ...overlay }));
    return await render(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function render(folder: string): Promise<KubernetesObject[]> {
  const program = await buildProgram('kustomize', () => {});
  const { stdout } = await promisify(execFile)(program, [folder]);
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject);
}

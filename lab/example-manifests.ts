/** The manifests of lab/manifests, filled in for one running lab. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagePath } from './package-path';

/** What the templates ask for, as `${VCENTER_URL}`. */
export interface ManifestValues {
  VCENTER_URL: string;
  ARRAY_URL: string;
  REGISTRY: string;
}

/** The examples' StorageMap, and another with the same name for a real node's volumes. */
export const STORAGE_MAP = 'storagemap.yaml';
export const REAL_NODE_STORAGE_MAP = 'storagemap-real-node.yaml';

/**
 * All examples but those whose VMs or nodes this lab doesn't have.
 * @throws Error naming the placeholder that has no value.
 */
export function writeExampleManifests(
  dir: string,
  values: ManifestValues,
  { without = [] }: { without?: readonly string[] } = {},
): void {
  const templates = packagePath('lab', 'manifests');
  mkdirSync(dir, { recursive: true });
  for (const name of readdirSync(templates).filter((file) => !without.includes(file))) {
    writeFileSync(join(dir, name), fillIn(readFileSync(join(templates, name), 'utf8'), { ...values }));
  }
}

function fillIn(template: string, values: Record<string, string>): string {
  return template.replace(/\$\{([A-Z_]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new Error(`an example manifest asks for ${name}, which has no value`);
    }
    return value;
  });
}

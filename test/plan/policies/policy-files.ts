/** The policies as they lie in plan/policies: one file each, in the folder of what it looks at. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packagePath } from '../../../lab/package-path';
import { POLICIES } from '../../../plan/policies/all';
import type { Policy } from '../../../plan/policies/policy';

export interface PolicyFile {
  folder: string;
  /** The file's name, without its end. */
  id: string;
  policy: Policy;
}

/** In the order in which they judge. @throws where a file has no policy of its name, or a policy no file */
export function policyFiles(): PolicyFile[] {
  const root = packagePath('plan', 'policies');
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = folders.flatMap(({ name: folder }) =>
    readdirSync(join(root, folder)).map((file) => ({ folder, id: file.replace(/\.ts$/, '') })),
  );
  const folderOf = new Map(files.map(({ folder, id }) => [id, folder]));
  const lost = files.filter(({ id }) => !POLICIES.some((policy) => policy.id === id));
  if (lost.length > 0) throw new Error(`not in plan/policies/all.ts: ${lost.map(({ id }) => id).join(', ')}`);
  return POLICIES.map((policy) => {
    const folder = folderOf.get(policy.id);
    if (folder === undefined) throw new Error(`policy ${policy.id} has no file of its name`);
    return { folder, id: policy.id, policy };
  });
}

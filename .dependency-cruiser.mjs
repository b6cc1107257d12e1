/** Which folder may import which, as boundaries.json has it, and no circles: `npm run check:lint`. */
import { readFileSync } from 'node:fs';

/** A row allows `imports` wholly, of `types` only types, and of packages only these, or any where it is null. */
const rows = JSON.parse(readFileSync(new URL('boundaries.json', import.meta.url), 'utf8'));
const FOLDERS = [...rows.map(({ folder }) => folder), 'test'];
const PACKAGES = ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'];

/** A pattern for what lies in one of the folders, at any depth. */
function inside(folders) {
  return `^(${folders.join('|')})/`;
}

/** A row within another's folder has rules of its own. */
function filesOf({ folder }) {
  const nested = FOLDERS.filter((other) => other.startsWith(`${folder}/`));
  return { path: inside([folder]), ...(nested.length > 0 && { pathNot: inside(nested) }) };
}

function rulesOf(row) {
  const { folder, imports, types, packages } = row;
  const from = filesOf(row);
  const rules = [
    {
      name: `${folder}/ may import of ours: ${imports.join(', ') || 'nothing'}`,
      from,
      to: { path: inside(FOLDERS), pathNot: inside([folder, ...imports, ...types]) },
    },
  ];
  if (types.length > 0) {
    rules.push({
      name: `${folder}/ may import only types of: ${types.join(', ')}`,
      from,
      to: { path: inside(types), dependencyTypesNot: ['type-only'] },
    });
  }
  if (packages !== null) {
    rules.push({
      name: `${folder}/ may import of packages: ${packages.join(', ')}`,
      from,
      to: { dependencyTypes: PACKAGES, pathNot: packages.map(packagePattern) },
    });
  }
  return rules;
}

/** A package is named by its folder, what Node brings by its bare name. */
function packagePattern(name) {
  if (name === 'node:*') return '^(?!node_modules/)[a-z0-9_/]+$';
  return name.startsWith('node:') ? `^${name.slice('node:'.length)}$` : `(^|/)node_modules/${name}/`;
}

export default {
  forbidden: [
    { name: 'no circles', from: {}, to: { circular: true } },
    // Its rooms build on each other in one direction.
    {
      name: 'no circles of folders',
      scope: 'folder',
      from: { path: '^activities/kubernetes' },
      to: { circular: true },
    },
    { name: 'every folder has its row', from: { pathNot: inside(FOLDERS) }, to: { path: inside(FOLDERS) } },
    ...rows.flatMap(rulesOf),
  ].map((rule) => ({ ...rule, severity: 'error' })),
  options: { tsPreCompilationDeps: 'specify', doNotFollow: { path: 'node_modules' } },
};

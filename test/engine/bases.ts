/** Makes the images that ours start from, under the names that our files use. Runs where the engine answers. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Log } from '../../lab/log';
import { intoFolder, withProgress } from '../../lab/build';
import { cacheDir } from '../../lab/cache';
import { run } from '../../lab/guest/run';
import { packagePath } from '../../lab/package-path';
import { imageNames } from './image-names';
import type { Ingredients } from './ingredients';

const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const DEBIAN = 'debian:bookworm-slim';

interface Base {
  image: string;
  /** Of test/engine/bases. */
  recipe: string;
  /** Files of the build beside the recipe's own: name there → file or folder here. */
  files: Record<string, string>;
}

/** @throws Error with the last words of the build that failed. */
export async function provideBases(ingredients: Ingredients, log: Log): Promise<void> {
  const bases = describe(ingredients);
  const archive = join(cacheDir(), `engine-bases-${digest(bases)}`, 'images.tar');
  if (existsSync(archive)) {
    await run('docker', ['load', '--quiet', '--input', archive]);
    return;
  }
  await run('docker', ['import', '--change', 'CMD ["bash"]', ingredients.debian, DEBIAN]);
  for (const base of bases) await withProgress(`building ${base.image}`, log, () => build(base));
  await intoFolder(join(archive, '..'), async (fresh) => {
    await run('docker', [
      'save',
      '--output',
      join(fresh, basename(archive)),
      ...bases.map(({ image }) => image),
    ]);
  });
}

function describe({ temporal, ui, modules, node }: Ingredients): Base[] {
  const names = imageNames();
  const authorities = { 'authorities.crt': AUTHORITIES };
  return [
    {
      image: names.node,
      recipe: 'node',
      files: { node: join(node, 'node'), npm: join(node, 'npm'), ...authorities },
    },
    { image: names.postgres, recipe: 'postgres', files: {} },
    {
      image: names.server,
      recipe: 'temporal-server',
      files: {
        'temporal-server': join(temporal, 'temporal-server'),
        'entrypoint.sh': join(modules.temporal, 'docker/scripts/sh/entrypoint.sh'),
      },
    },
    {
      image: names.adminTools,
      recipe: 'temporal-admin-tools',
      files: {
        'temporal-sql-tool': join(temporal, 'temporal-sql-tool'),
        schema: join(modules.temporal, 'schema'),
      },
    },
    {
      image: names.ui,
      recipe: 'temporal-ui',
      files: {
        'ui-server': join(ui, 'ui-server'),
        'start-ui-server.sh': join(modules.ui, 'docker/start-ui-server.sh'),
        'docker.yaml': join(modules.ui, 'config/docker.yaml'),
      },
    },
  ];
}

async function build({ image, recipe, files }: Base): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'drover-base-'));
  try {
    cpSync(recipePath(recipe), context, { recursive: true });
    for (const [name, source] of Object.entries(files))
      cpSync(source, join(context, name), { recursive: true });
    await run('docker', ['buildx', 'build', '--quiet', '--tag', image, context]);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** Of the recipes and where their files come from, whose paths name their versions. */
function digest(bases: readonly Base[]): string {
  const hash = createHash('sha256').update(JSON.stringify(bases)).update(readFileSync(AUTHORITIES));
  for (const { recipe } of bases) {
    for (const file of readdirSync(recipePath(recipe)).sort())
      hash.update(readFileSync(join(recipePath(recipe), file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function recipePath(recipe: string): string {
  return packagePath('test', 'engine', 'bases', recipe);
}

/** What runs where the engine answers: the base images, then the tests. */
import { spawnSync } from 'node:child_process';
import { provideBases } from './bases';
import type { Ingredients } from './ingredients';

async function main(): Promise<number> {
  const ingredients = JSON.parse(process.env['ENGINE_INGREDIENTS'] ?? '{}') as Ingredients;
  await provideBases(ingredients, (line) => console.log(`engine: ${line}`));
  const jest = [
    require.resolve('jest/bin/jest'),
    '--selectProjects=engine',
    '--runInBand',
    ...process.argv.slice(2),
  ];
  return spawnSync(process.execPath, jest, { stdio: 'inherit' }).status ?? 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`engine: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A path inside this package, whether it runs from its sources or from dist/. */
export function packagePath(...parts: string[]): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(`${__dirname} lies in no package`);
    }
    folder = parent;
  }
  return join(folder, ...parts);
}

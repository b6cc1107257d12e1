/** Installs and builds what the lab needs, so that the tests which start it need not wait for a build. */
import { gatherIngredients } from './ingredients';
import { PrerequisiteError } from './prerequisites';

gatherIngredients((line) => console.log(line)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof PrerequisiteError ? 2 : 1);
});

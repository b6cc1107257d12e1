/** Installs and builds what the lab needs, so that the tests which start it need not wait for a build. */
import { gatherIngredients } from './ingredients';
import { LabRefusal } from './refusal';

gatherIngredients((line) => console.log(line)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof LabRefusal ? error.exitCode : 1);
});

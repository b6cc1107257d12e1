/**
 * Installs and builds what the lab needs, so that the tests which start it need not wait for a build.
 * With `--guests` also what guests are built, converted and booted with, and the guests themselves.
 */
import { ensureClocks } from './chaos/clock';
import { provideAppliance } from './guest/appliance';
import { buildGuest } from './guest/build';
import { GUESTS, isGuestName } from './guest/specs';
import { gatherIngredients } from './ingredients';
import { provideImages } from './lab-images';
import { LabRefusal } from './refusal';

const log = (line: string) => console.log(line);

async function prepare(withGuests: boolean): Promise<void> {
  await gatherIngredients(log);
  await ensureClocks(log);
  await provideImages(log);
  if (!withGuests) return;
  await provideAppliance(log);
  for (const name of Object.keys(GUESTS).filter(isGuestName)) await buildGuest(name, log);
}

prepare(process.argv.includes('--guests')).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof LabRefusal ? error.exitCode : 1);
});

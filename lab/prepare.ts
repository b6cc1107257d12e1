/**
 * Installs and builds what the lab needs, so that the tests which start it need not wait for a build.
 * With `--guests` also what guests are built, converted and booted with, and the guests themselves, except `debian-networks`,
 * which its own test builds. With `--real-node` also the programs of a real node, where this machine takes one. With
 * `--kubevirt` also KubeVirt's own judgement of machines.
 */
import { ensureClocks } from './chaos/clock';
import { provideAppliance } from './guest/appliance';
import { provideNodePrograms } from './binaries';
import { provideCsi } from './csi';
import { buildGuest } from './guest/build';
import { type GuestName, GUESTS, isGuestName } from './guest/specs';
import { gatherIngredients } from './ingredients';
import { provideImages } from './lab-images';
import { buildProgram } from './own-program';
import { ensureRealNode } from './real-node/prerequisites';
import { LabRefusal } from './refusal';

/** Built by its own test, which is one of the long form alone: it takes minutes. */
const BUILT_LATER: GuestName = 'debian-networks';

const log = (line: string) => console.log(line);

interface Wishes {
  guests: boolean;
  realNode: boolean;
  kubevirt: boolean;
}

async function prepare(wishes: Wishes): Promise<void> {
  await gatherIngredients(log);
  await ensureClocks(log);
  await provideImages(log);
  if (wishes.realNode) await prepareRealNode();
  if (wishes.kubevirt) await buildProgram('kubevirt-admission', log);
  if (!wishes.guests) return;
  await provideAppliance(log);
  const names = Object.keys(GUESTS).filter(isGuestName);
  for (const name of names.filter((one) => one !== BUILT_LATER)) await buildGuest(name, log);
}

/** Most machines take none, and all but its own tests do without. */
async function prepareRealNode(): Promise<void> {
  try {
    await ensureRealNode(log);
  } catch (error) {
    if (!(error instanceof LabRefusal)) throw error;
    log(`no real node here: ${error.message}`);
    return;
  }
  await provideNodePrograms(log);
  await provideCsi(log);
}

const asked = (option: string) => process.argv.includes(option);
prepare({
  guests: asked('--guests'),
  realNode: asked('--real-node'),
  kubevirt: asked('--kubevirt'),
}).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof LabRefusal ? error.exitCode : 1);
});

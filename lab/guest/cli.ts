/** `node dist/lab/guest/cli.js NAME…`: builds guests and prints where their disks are. */
import { LabRefusal } from '../refusal';
import { buildGuest } from './build';
import { GUESTS, isGuestName } from './specs';

async function main(names: string[]): Promise<void> {
  const known = Object.keys(GUESTS).join(', ');
  if (names.length === 0) {
    throw new LabRefusal(`name a guest to build: ${known}`);
  }
  for (const name of names) {
    if (!isGuestName(name)) {
      throw new LabRefusal(`no guest is called ${name}; there are: ${known}`);
    }
    const { disks } = await buildGuest(name, (line) => console.error(line));
    console.log(disks.join('\n'));
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof LabRefusal ? error.exitCode : 1);
});

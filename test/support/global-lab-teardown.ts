/** Stops the lab that the set-up started, and removes everything that it wrote. */
import { rmSync } from 'node:fs';
import { sharedLab } from './global-lab';

export default async function tearDown(): Promise<void> {
  const lab = sharedLab();
  if (lab !== undefined) {
    await lab.stop();
    rmSync(lab.state.dir, { recursive: true, force: true });
  }
}

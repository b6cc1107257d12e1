/** What goes wrong at the lab's array while the demo runs: a copy that fails once, and is tried again. */
import type { LabState } from '../state';

const DISK = '[san-1] web01/web01_2.vmdk';

export async function breakOneCopy({ arrayUrl }: LabState): Promise<void> {
  const body = JSON.stringify({ source: DISK, times: 1, message: 'the pool was busy' });
  const answer = await fetch(`${arrayUrl}/faults`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`the array takes no faults: ${await answer.text()}`);
}

/** Puts complete overlays onto their disks. From the first on there is no way back, only on. */
import type { Disk } from './disks';
import { syncPath } from './durable';
import type { Journal } from './journal';
import { isEmptyOverlay } from './overlays';
import { qemuImg } from './qemu-img';
import type { Findings } from './report';

/** What is not committed yet. Safe to run again after any interruption: overlays are kept, commits repeatable. */
export async function commitAll(
  { disks, journal, onStage }: { disks: readonly Disk[]; journal: Journal; onStage(stage: string): void },
  findings: Findings,
  alreadyCommitted: readonly number[],
): Promise<void> {
  const committed = [...alreadyCommitted];
  for (const { index, path, overlay } of disks) {
    if (committed.includes(index)) continue;
    if (!isEmptyOverlay(overlay)) {
      onStage(`Committing disk ${index + 1} of ${disks.length}`);
      // -d keeps the overlay as it is, so that half a commit can be done again.
      await qemuImg('commit', '-q', '-d', '-f', 'qcow2', overlay);
      syncPath(path);
    }
    committed.push(index);
    journal.committing(findings, committed);
  }
  journal.converted(findings);
}

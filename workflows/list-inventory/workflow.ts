import { planning } from '../activity-proxies';
import type { InventoryInput, InventoryResult } from '../contract';
import { failTyped } from '../failure';

/** Reads one page of what a source has. */
export async function listInventory(input: InventoryInput): Promise<InventoryResult> {
  return failTyped(() =>
    planning.readInventory({ manifests: input.manifests, kind: input.kind, offset: input.offset ?? 0 }),
  );
}

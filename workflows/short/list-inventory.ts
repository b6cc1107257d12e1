import { planning } from '../activity-proxies';
import type { InventoryInput, InventoryResult } from '../temporal-api';
import { failTyped } from '../failure';

/** Reads one page of what a source has. */
export async function listInventory({
  manifests,
  provider,
  kind,
  offset = 0,
}: InventoryInput): Promise<InventoryResult> {
  return failTyped(() => planning.readInventory({ manifests, provider, kind, offset }));
}

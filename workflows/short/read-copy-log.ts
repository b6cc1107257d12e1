import { quick } from '../activity-proxies';
import type { CopyLogInput, CopyLogResult } from '../temporal-api';
import { failTyped } from '../failure';

/** Reads the last lines of a plugin's log, while it has a Pod. */
export async function readCopyLog(input: CopyLogInput): Promise<CopyLogResult> {
  return failTyped(() => quick.readCopyLog(input));
}

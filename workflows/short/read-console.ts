import { quick } from '../activity-proxies';
import type { ConsoleInput, ConsoleResult } from '../temporal-api';
import { failTyped } from '../failure';

/** Reads the last lines of a target's serial console. */
export async function readConsole(input: ConsoleInput): Promise<ConsoleResult> {
  return failTyped(() => quick.readConsole(input));
}

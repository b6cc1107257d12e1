/** What this image on this node can convert: asked before a source is stopped. */
import { existsSync } from 'node:fs';
import { probeAccelerator, type Accelerator } from './accelerator';
import { runGroup } from './process-group';
import type { Settings } from './settings';

export interface ProbeReport {
  /** Whether there are drivers for Windows guests. */
  virtioWin: boolean;
  /** `virt-v2v-in-place 2.2.0`; null where it can't be run. */
  converter: string | null;
  accelerator: Accelerator;
}

const VERSION_MS = 30_000;

export async function probe(
  settings: Settings,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<ProbeReport> {
  return {
    virtioWin: existsSync(settings.virtioWin),
    converter: await converterVersion(settings.converter),
    accelerator: await probeAccelerator(signal, onLine),
  };
}

async function converterVersion(program: string): Promise<string | null> {
  const lines: string[] = [];
  const { code } = await runGroup({
    program,
    args: ['--version'],
    onLine: (line) => lines.push(line),
    signal: AbortSignal.timeout(VERSION_MS),
  });
  return code === 0 ? (lines[0] ?? null) : null;
}

/**
 * Runs virt-v2v-in-place as a process group of its own, so that nothing of it outlives an ending.
 *
 * virt-v2v's children (the appliance, nbdkit, a forked virt-v2v) live on for seconds after their parent was
 * killed and may still write; a disk is left alone only when the whole group is gone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { existsSync, readFileSync } from 'node:fs';
import { readInspection, readOutputLine, type ConversionOutcome } from './report';

export interface ConverterOptions {
  /** Path or name of virt-v2v-in-place. */
  program: string;
  /** libvirt XML with the disks in source order. */
  domainFile: string;
  /** Where `-O` may write its inspection. */
  inspectionFile: string;
  onStage(stage: string): void;
  onLine(line: string): void;
  /** Ends the conversion: the group gets SIGTERM, and SIGKILL after `graceMs`. */
  signal: AbortSignal;
  graceMs: number;
}

/** Converts; resolves when the whole process group is gone. Never rejects for what virt-v2v does. */
export async function convert(options: ConverterOptions): Promise<ConversionOutcome> {
  const outcome: ConversionOutcome = {
    stage: null,
    converted: false,
    os: null,
    bootDisk: null,
    warnings: [],
  };
  const knowsInspection = supportsInspection(options.program);
  const args = ['-i', 'libvirtxml', '--root', 'first'];
  if (knowsInspection) args.push('-O', options.inspectionFile);

  const child = spawn(options.program, [...args, options.domainFile], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const group = child.pid;
  const stop = () => group !== undefined && endGroup(group, options.graceMs);
  options.signal.addEventListener('abort', stop, { once: true });

  const reading = [child.stdout, child.stderr].map(async (stream) => {
    for await (const line of createInterface({ input: stream })) {
      options.onLine(line);
      note(line, outcome, options.onStage);
    }
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      outcome.error = `${options.program} could not be started: ${error.message}`;
      resolve(null);
    });
    child.once('exit', resolve);
  });
  if (group !== undefined) await groupGone(group);
  await Promise.allSettled(reading);
  options.signal.removeEventListener('abort', stop);

  outcome.converted = code === 0 && !options.signal.aborted;
  if (!outcome.converted) outcome.error ??= endedWith(code, options.signal.aborted);
  if (outcome.converted && knowsInspection && existsSync(options.inspectionFile)) {
    outcome.os = readInspection(readFileSync(options.inspectionFile, 'utf8')).os;
  }
  return outcome;
}

function note(line: string, outcome: ConversionOutcome, onStage: (stage: string) => void): void {
  const meaning = readOutputLine(line);
  switch (meaning.kind) {
    case 'stage':
      outcome.stage = meaning.stage;
      onStage(meaning.stage);
      return;
    case 'warning':
      outcome.warnings.push(meaning.text);
      return;
    case 'error':
      outcome.error ??= meaning.text;
      return;
    case 'other':
      return;
  }
}

function endedWith(code: number | null, stopped: boolean): string {
  if (stopped) return 'the conversion was stopped';
  return code === null ? 'virt-v2v-in-place was killed' : `virt-v2v-in-place ended with exit code ${code}`;
}

/** `-O` came with virt-v2v 2.8; older ones refuse it. */
function supportsInspection(program: string): boolean {
  const help = spawnSync(program, ['--help'], { encoding: 'utf8' });
  return help.status === 0 && /^\s*-O\b/m.test(help.stdout);
}

function endGroup(group: number, graceMs: number): void {
  signalGroup(group, 'SIGTERM');
  setTimeout(() => signalGroup(group, 'SIGKILL'), graceMs).unref();
}

function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/** The kernel tells no one when a group empties, so it is asked. What the leader left behind is killed. */
async function groupGone(group: number): Promise<void> {
  while (signalGroup(group, 0)) {
    signalGroup(group, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

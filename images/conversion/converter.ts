/** Runs virt-v2v-in-place once. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { applianceEnv, type Accelerator } from './accelerator';
import { readInspection, type Inspection } from './inspection';
import { Listener, type Heard } from './listener';
import { runGroup, type GroupEnd } from './process-group';

export interface ConverterRun {
  /** Path or name of virt-v2v-in-place. */
  program: string;
  /** libvirt XML with the disks in source order. */
  domainFile: string;
  /** Argument of `--root`. */
  root: string;
  /** More arguments: `--key …`, `--mac …`. */
  more: readonly string[];
  /** Folder for temporary files; nothing is left in it. */
  temporary: string;
  accelerator: Accelerator;
  onStage(stage: string): void;
  onLine(line: string): void;
  signal: AbortSignal;
}

export interface ConverterEnd extends GroupEnd {
  heard: Heard;
  /** Null where this virt-v2v writes none. */
  inspection: Inspection | null;
}

const HELP_MS = 30_000;

/** Resolves when the whole process group is gone. Never rejects for what virt-v2v does. */
export async function runConverter(run: ConverterRun): Promise<ConverterEnd> {
  const folder = mkdtempSync(join(run.temporary, 'drover-'));
  const inspectionFile = join(folder, 'inspection.xml');
  const listener = new Listener(run.onStage);
  try {
    const writesInspection = await supportsInspection(run.program);
    const end = await runGroup({
      program: run.program,
      args: [
        ...['-i', 'libvirtxml', '--root', run.root],
        ...(writesInspection ? ['-O', inspectionFile] : []),
        ...run.more,
        run.domainFile,
      ],
      // Sockets and temporary files of libguestfs, qemu-nbd and virt-v2v; killed, they would leave them behind.
      env: {
        ...applianceEnv(run.accelerator),
        TMPDIR: folder,
        LIBGUESTFS_TMPDIR: folder,
        XDG_RUNTIME_DIR: folder,
      },
      onLine: (line) => {
        run.onLine(line);
        listener.hear(line);
      },
      signal: run.signal,
    });
    return { ...end, heard: listener.heard(), inspection: inspectionIn(inspectionFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `-O` came with virt-v2v 2.8; older ones refuse it. */
async function supportsInspection(program: string): Promise<boolean> {
  let supports = false;
  const { code } = await runGroup({
    program,
    args: ['--help'],
    onLine: (line) => (supports ||= /^\s*-O\b/.test(line)),
    signal: AbortSignal.timeout(HELP_MS),
  });
  return code === 0 && supports;
}

function inspectionIn(file: string): Inspection | null {
  return existsSync(file) ? readInspection(readFileSync(file, 'utf8')) : null;
}

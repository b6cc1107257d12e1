/**
 * Runs the plan's scripts on a guest that is converted, by virt-customize, which Forklift uses, too.
 *
 * Scripts for `run` run now, as root, in the appliance; those for `firstboot` are laid down, and run when the guest starts for
 * the first time. Their order is that of their names.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applianceEnv, type Accelerator } from './accelerator';
import { harmless } from './harmless';
import { runGroup } from './process-group';

export interface Customization {
  /** Path or name of virt-customize. */
  program: string;
  /** One file for each script. */
  scriptsFolder: string;
  /** What virt-v2v has converted. */
  system: 'linux' | 'windows';
  overlays: readonly string[];
  /** Arguments `--key …`, where disks are encrypted. */
  keys: readonly string[];
  /** Folder for temporary files; nothing is left in it. */
  temporary: string;
  accelerator: Accelerator;
  onLine(line: string): void;
  signal: AbortSignal;
}

/** The names are checked where the ConfigMap is read; here it only counts which of them are for this guest. */
const FOR_LINUX = /^\d+_linux_(run|firstboot)[\w-]*\.sh$/;
const FOR_WINDOWS = /^\d+_win_firstboot[\w-]*\.ps1$/;

/** Where virt-v2v lays down what a Windows runs at its first start; `firstboot.bat` there runs each `.bat`. */
const WINDOWS_SCRIPTS = '/Program Files/Guestfs/Firstboot/scripts';
/** After virt-v2v's own, whose names begin with smaller numbers. */
const WINDOWS_STARTER = '9999-drover-scripts.bat';

const ERROR = /^virt-customize: error: (.+)$/;

/** The scripts of a folder that are for such a guest, in their order. */
export function scriptsFor(system: Customization['system'], folder: string): string[] {
  // The kubelet keeps its own links in the folder, whose names begin with two dots.
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => (system === 'linux' ? FOR_LINUX : FOR_WINDOWS).test(name)).sort();
}

/** @throws Error with what virt-customize said, unless it did everything; then the overlays may be half written */
export async function customizeGuest(settings: Customization): Promise<void> {
  const { accelerator, keys, onLine, overlays, program, signal, temporary } = settings;
  const folder = mkdtempSync(join(temporary, 'drover-scripts-'));
  let error: string | null = null;
  try {
    const end = await runGroup({
      program,
      args: [
        ...['--format', 'qcow2'],
        ...overlays.flatMap((overlay) => ['--add', overlay]),
        ...keys,
        ...(settings.system === 'linux' ? linuxArguments(settings) : windowsArguments(settings, folder)),
      ],
      env: {
        ...applianceEnv(accelerator),
        TMPDIR: folder,
        LIBGUESTFS_TMPDIR: folder,
        XDG_RUNTIME_DIR: folder,
      },
      onLine: (line) => {
        onLine(line);
        error ??= ERROR.exec(line)?.[1] ?? null;
      },
      signal,
    });
    const ended = end.code === null ? 'was killed' : `ended with exit code ${end.code}`;
    if (end.code !== 0) throw new Error(harmless(error ?? end.notStarted ?? `virt-customize ${ended}`));
    if (end.killed) throw new Error('what virt-customize left running had to be killed');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function linuxArguments({ scriptsFolder }: Customization): string[] {
  return scriptsFor('linux', scriptsFolder).flatMap((name) => {
    const when = FOR_LINUX.exec(name)?.[1] === 'run' ? '--run' : '--firstboot';
    return [when, join(scriptsFolder, name)];
  });
}

function windowsArguments({ scriptsFolder }: Customization, folder: string): string[] {
  const names = scriptsFor('windows', scriptsFolder);
  // firstboot.bat moves this file alone to `scripts-done` before it calls it; the scripts stay in `scripts`.
  const calls = names.map(
    (name) => `powershell.exe -NoProfile -ExecutionPolicy Bypass -File "%~dp0..\\scripts\\${name}"`,
  );
  const starter = join(folder, WINDOWS_STARTER);
  writeFileSync(starter, ['@echo off', ...calls, ''].join('\r\n'));
  return [...names.map((name) => join(scriptsFolder, name)), starter].flatMap((file) => [
    '--upload',
    `${file}:${WINDOWS_SCRIPTS}/${file.slice(file.lastIndexOf('/') + 1)}`,
  ]);
}

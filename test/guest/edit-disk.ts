/** What an administrator has changed on a guest, written onto its disk while it is off. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

export interface Edits {
  /** Removed before anything is written. Nothing happens to one that is not there. */
  remove?: readonly string[];
  /** Text of new files, which only root may read; a folder that is missing is made. */
  files?: Readonly<Record<string, string>>;
  /** New symbolic links, and where they lead. */
  links?: Readonly<Record<string, string>>;
}

/** Where recipes/bios-disk.sh begins the one file system. */
const OFFSET = 2048 * 512;

/**
 * @param disk raw; no path in the guest has a blank
 * @throws Error with what debugfs said, where something is not on the disk afterwards
 */
export function editDisk(disk: string, { files = {}, links = {}, remove = [] }: Edits): void {
  const folder = mkdtempSync(join(tmpdir(), 'drover-edit-'));
  try {
    const writes = Object.entries(files).map(([path, text], index) => {
      const source = join(folder, String(index));
      writeFileSync(source, text, { mode: 0o600 });
      return [...inFolder(path), `write ${source} ${basename(path)}`];
    });
    const leads = Object.entries(links).map(([path, to]) => [
      ...inFolder(path),
      `symlink ${basename(path)} ${to}`,
    ]);
    const commands = [...remove.map((path) => `rm ${path}`), ...writes.flat(), ...leads.flat()];
    const said = debugfs(disk, commands);
    const missing = [...Object.keys(files), ...Object.keys(links)].filter((path) => !isThere(disk, path));
    const left = remove.filter((path) => !(path in files) && isThere(disk, path));
    if (missing.length + left.length > 0) {
      throw new Error(`${[...missing, ...left].join(', ')} of ${disk} could not be changed:\n${said}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** debugfs makes files only in the folder where it is. */
function inFolder(path: string): string[] {
  const folders = dirname(path).split('/').slice(1);
  return ['cd /', ...folders.flatMap((folder) => [`mkdir ${folder}`, `cd ${folder}`])];
}

function isThere(disk: string, path: string): boolean {
  return debugfs(disk, [`stat ${path}`]).includes('Inode: ');
}

/** All that it says; its exit code says nothing. */
function debugfs(disk: string, commands: readonly string[]): string {
  return execFileSync('/sbin/debugfs', ['-w', '-f', '-', `${disk}?offset=${OFFSET}`], {
    input: [...commands, ''].join('\n'),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

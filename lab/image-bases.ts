/** The lowest layers of the lab's images: programs of this machine with the libraries that they need, and no more. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from './cache';
import { findIn, pathFolders } from './machine';
import type { Layer, LayerEntry } from './push-image';
import { LabRefusal } from './refusal';

export type Base = keyof typeof PROGRAMS;

const SHELL =
  'basename bash cat chmod chown cp cut date dd dirname env expr false find grep head hostname id ln ls mkdir ' +
  'mkfifo mktemp mv od printf readlink realpath rm rmdir sed seq sh sha256sum sleep sort stat sync tail tee test ' +
  'timeout touch tr true truncate uname uniq wc xargs';

/** Looked for on the PATH; the shell's are in /usr/bin then, this very Node in /usr/local/bin. */
const PROGRAMS = {
  shell: SHELL.split(' '),
  node: [process.execPath],
  'qemu-img': ['qemu-img', 'qemu-io'],
} as const;

export function isBase(name: string): name is Base {
  return name in PROGRAMS;
}

/** What every image has: the folders of a Linux, and accounts. */
export function skeleton(): Layer {
  const links = ['bin', 'sbin', 'lib', 'lib64'].map((name) => ({ path: `/${name}`, link: `usr/${name}` }));
  const folders = [
    '/home',
    '/mnt',
    '/opt',
    '/proc',
    '/run',
    '/srv',
    '/sys',
    '/usr/bin',
    '/usr/local/bin',
    '/var/lib',
  ];
  const files = {
    // Group 0, as images have it that run under whatever user a cluster gives them.
    passwd: ['root:x:0:0:root:/root:/bin/sh', 'user:x:107:0:user:/:/bin/sh'],
    group: ['root:x:0:'],
    'nsswitch.conf': ['passwd: files', 'group: files', 'hosts: files dns'],
    // For the node to lay its own over.
    hosts: [],
    'resolv.conf': [],
  };
  return {
    entries: [
      ...links,
      ...folders.map((path) => ({ path, directory: true }) as const),
      ...['/tmp', '/var/tmp'].map((path) => ({ path, directory: true, mode: 0o1777 }) as const),
      { path: '/root', directory: true, mode: 0o700 },
      ...Object.entries(files).map(([name, lines]) => ({
        path: `/etc/${name}`,
        content: lines.map((line) => `${line}\n`).join(''),
      })),
    ],
  };
}

/**
 * A layer with these programs, kept once it is made.
 * @throws LabRefusal where the machine lacks one of them.
 */
export async function baseLayer(base: Base): Promise<Layer> {
  const programs = PROGRAMS[base].map(located);
  const libraries = await librariesOf(programs.map(({ source }) => source));
  const entries = [...programs, ...libraries];
  const folder = join(cacheDir(), 'layers');
  mkdirSync(folder, { recursive: true });
  return { entries, cache: join(folder, `${base}-${fingerprint(entries)}.tar.gz`) };
}

function located(program: string): LayerEntry & { source: string } {
  if (program === process.execPath) {
    return { path: `/usr/local/bin/${basename(program)}`, source: program };
  }
  const source = findIn(pathFolders(process.env), program);
  if (source === null) {
    throw new LabRefusal(`missing: ${program}, which images of the lab need`);
  }
  return { path: `/usr/bin/${program}`, source };
}

/** Shared libraries and their loader, at the paths at which the loader looks for them. */
async function librariesOf(programs: string[]): Promise<(LayerEntry & { source: string })[]> {
  // `ldd` fails where a program is linked statically, but prints the libraries of the other programs.
  const { stdout } = await promisify(execFile)('ldd', programs).catch((error: { stdout?: string }) => {
    if (!error.stdout) throw error;
    return { stdout: error.stdout };
  });
  const paths = new Set(
    stdout
      .split('\n')
      .map((line) => /^\s(?:\S+ => )?(\/\S+) \(/.exec(line)?.[1])
      .filter((path) => path !== undefined),
  );
  return [...paths].map((source) => ({ path: source.replace(/^\/lib/, '/usr/lib'), source }));
}

/** Shows that a program of the machine was replaced, without reading the programs: that would take long. */
function fingerprint(entries: (LayerEntry & { source: string })[]): string {
  const hash = createHash('sha256');
  for (const { path, source } of entries) {
    const { size, mtimeMs } = statSync(realpathSync(source));
    hash.update(JSON.stringify([path, size, mtimeMs]));
  }
  return hash.digest('hex').slice(0, 16);
}

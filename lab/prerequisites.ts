/** What must be on the machine and can't be built from here. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from './log';
import { findIn, pathFolders } from './machine';
import { LabRefusal } from './refusal';

export interface Package {
  /** The program that must be on the PATH, or the file that must be there. */
  provides: string;
  /** Debian's and Ubuntu's package of it. */
  package: string;
  /** What the lab needs it for. */
  purpose: string;
}

const PACKAGES: readonly Package[] = [
  { provides: 'bwrap', package: 'bubblewrap', purpose: 'runs containers as sandboxed processes' },
  { provides: 'qemu-img', package: 'qemu-utils', purpose: 'makes the overlays that conversions write to' },
];

const OLDEST_NODE = [20, 19] as const;

/** The packages of which there is nothing. */
export function missingPackages(
  has: (provides: string) => boolean,
  packages: readonly Package[] = PACKAGES,
): Package[] {
  return packages.filter(({ provides }) => !has(provides));
}

/** True for a Node version such as `20.20.1` that everything we use runs on. */
export function isNodeRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/**
 * Installs what is missing, where this user may do so on a Debian or Ubuntu, after saying what and why.
 * @throws LabRefusal with the command that a person has to run.
 */
export async function ensurePrerequisites(log: Log): Promise<void> {
  if (!isNodeRecent(process.versions.node)) {
    throw new LabRefusal(
      `Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node}: https://nodejs.org`,
    );
  }
  await ensurePackages(PACKAGES, log);
}

/**
 * Installs those of these packages that are missing, as {@link ensurePrerequisites} does.
 * @throws LabRefusal with the command that a person has to run.
 */
export async function ensurePackages(packages: readonly Package[], log: Log): Promise<void> {
  const missing = missingPackages(isThere, packages);
  if (missing.length === 0) {
    return;
  }
  const names = missing.map((entry) => entry.package);
  const byHand = `sudo apt-get install -y ${names.join(' ')}`;
  const root = await rootCommand();
  if (root === null || !existsSync('/usr/bin/apt-get')) {
    const programs = missing.map(({ provides, purpose }) => `${provides} (${purpose})`).join(', ');
    throw new LabRefusal(`missing: ${programs}; install with: ${byHand}`);
  }
  for (const entry of missing) {
    log(`installing ${entry.package}: it ${entry.purpose}`);
  }
  await aptGet(root, ['update', '-qq'], byHand);
  await aptGet(root, ['install', '-y', '-qq', '--no-install-recommends', ...names], byHand);
}

/** Whether this machine has what {@link Package.provides} names. */
export function isThere(provides: string): boolean {
  return isAbsolute(provides) ? existsSync(provides) : findIn(pathFolders(process.env), provides) !== null;
}

/** The words before a command that make it run as root; null where that would ask for a password. */
async function rootCommand(): Promise<string[] | null> {
  if (process.getuid?.() === 0) {
    return [];
  }
  try {
    await promisify(execFile)('sudo', ['-n', 'true']);
    return ['sudo', '-n'];
  } catch {
    return null;
  }
}

/** @param byHand what a person runs instead */
async function aptGet(root: string[], args: string[], byHand: string): Promise<void> {
  const [command, ...rest] = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
  try {
    await promisify(execFile)(command as string, rest);
  } catch (error) {
    const { stderr = '', code } = error as { stderr?: string; code?: string | number };
    const reason = stderr.trim().split('\n').at(-1) || `it could not be run (${code})`;
    throw new LabRefusal(`apt-get ${args.join(' ')} failed: ${reason}; install with: ${byHand}`);
  }
}

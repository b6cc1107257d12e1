/** bubblewrap's arguments: the file system that a container sees, and who it is there. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { programPath } from '../own-program';
import { layOut, realPath, type RootStep } from './root-file-system';

export interface Mount {
  /** File or directory of this machine. */
  source: string;
  /** Absolute path in the container. */
  target: string;
  readOnly: boolean;
}

export interface Root {
  /** An image's unpacked files. */
  folder: string;
  /** The machine's /usr takes the place of the image's. */
  machineUsr: boolean;
}

export interface SandboxSpec {
  root: Root;
  argv: string[];
  /** The whole environment: the program inherits nothing else. */
  env: Record<string, string>;
  workingDir: string;
  hostname: string;
  uid: number;
  gid: number;
  /** Supplementary groups. */
  groups: number[];
  mounts: Mount[];
  readOnlyRoot: boolean;
}

/** Files in /etc that a container engine puts in the place of the image's own. */
const ENGINE_ETC = ['hosts', 'resolv.conf'];
/** Files and folders of the machine's /etc that its programs need to start. */
const MACHINE_ETC = ['alternatives', 'ld.so.cache', 'ssl', 'nsswitch.conf'];
/** Folders that an image gets from the machine instead of its own. */
const MACHINE_USR = ['/usr', '/bin', '/sbin', '/lib', '/lib64'];
/** Folders in memory, unless the root is read-only. */
const SCRATCH = ['/tmp', '/var/tmp'];
/** Path in the sandbox of the program that takes the container's user and then becomes the container's program. */
export const BECOME = '/dev/.become';

export function sandboxArgs(spec: SandboxSpec): string[] {
  const tree = new Tree();
  const mounts = allMounts(spec);
  addRoot(tree, spec, mounts);
  // Outer mounts first: an inner one lies on top of its outer one.
  mounts.sort((a, b) => a.target.length - b.target.length).forEach((mount) => tree.bind(mount));
  tree.directory(realPath(spec.root.folder, spec.workingDir));
  return [
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--hostname', spec.hostname],
    ...['--as-pid-1', '--die-with-parent', '--new-session'],
    ...identityArgs(spec),
    ...tree.args,
    ...(spec.readOnlyRoot && spec.root.machineUsr ? ['--remount-ro', '/usr/local'] : []),
    ...(spec.readOnlyRoot ? ['--remount-ro', '/'] : []),
    ...['--chdir', spec.workingDir],
    ...privilegeArgs(spec),
  ];
}

/** The machine's mounts, then the container's own, each with a target that is no symbolic link of the image. */
function allMounts({ root, mounts }: SandboxSpec): Mount[] {
  const etc = [...ENGINE_ETC, ...(root.machineUsr ? MACHINE_ETC : [])];
  const shared = etc.map((name) => join('/etc', name)).filter((path) => existsSync(path));
  const machine = [
    ...shared.map((path) => ({ source: path, target: path, readOnly: true })),
    ...(root.machineUsr ? [{ source: process.execPath, target: '/usr/local/bin/node', readOnly: true }] : []),
    ...(isRoot() ? [{ source: programPath('spawner'), target: BECOME, readOnly: true }] : []),
  ];
  return [...machine, ...mounts].map((mount) => ({ ...mount, target: realPath(root.folder, mount.target) }));
}

function addRoot(
  tree: Tree,
  { root, readOnlyRoot, workingDir }: SandboxSpec,
  mounts: readonly Mount[],
): void {
  const scratch = new Set(SCRATCH.map((path) => realPath(root.folder, path)));
  const places = [...mounts.map(({ target }) => target), ...scratch, realPath(root.folder, workingDir)];
  layOut(root.folder, places, root.machineUsr ? MACHINE_USR : []).forEach((step) => tree.add(step));
  if (root.machineUsr) {
    tree.addMachineUsr();
  }
  tree.args.push('--proc', '/proc', '--dev', '/dev');
  for (const path of scratch) {
    if (readOnlyRoot) {
      tree.directory(path);
    } else {
      tree.scratch(path);
    }
  }
}

/** Where the node runs as root, the program changes its user itself. Any other user can only be mapped to one. */
function identityArgs({ uid, gid }: SandboxSpec): string[] {
  return isRoot() ? [] : ['--unshare-user', '--uid', String(uid), '--gid', String(gid)];
}

function privilegeArgs({ uid, gid, groups }: SandboxSpec): string[] {
  return isRoot() ? ['--', BECOME, 'become', String(uid), String(gid), groups.join(',')] : [];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Collects arguments. Makes the directories on the way to each mount: those of bubblewrap are for root alone. */
class Tree {
  readonly args: string[] = [];
  private readonly made = new Set(['/', '/dev', '/proc']);

  add(step: RootStep): void {
    switch (step.kind) {
      case 'directory':
        this.made.add(step.path);
        this.args.push('--perms', step.mode.toString(8).padStart(4, '0'), '--dir', step.path);
        return;
      case 'link':
        this.made.add(step.path);
        this.args.push('--symlink', step.target, step.path);
        return;
      case 'bind':
        this.bind({ source: step.source, target: step.path, readOnly: true });
        return;
    }
  }

  directory(path: string): void {
    if (this.made.has(path)) {
      return;
    }
    this.directory(dirname(path));
    this.made.add(path);
    this.args.push('--perms', '0755', '--dir', path);
  }

  scratch(path: string): void {
    this.directory(dirname(path));
    this.made.add(path);
    this.args.push('--perms', '1777', '--tmpfs', path);
  }

  bind({ source, target, readOnly }: Mount): void {
    this.directory(dirname(target));
    this.made.add(target);
    this.args.push(readOnly ? '--ro-bind' : '--bind', source, target);
  }

  /** Binds the machine's /usr, with a /usr/local of the container's own for the programs of images. */
  addMachineUsr(): void {
    this.bind({ source: '/usr', target: '/usr', readOnly: true });
    this.made.add('/usr/local');
    this.args.push('--perms', '0755', '--tmpfs', '/usr/local');
    for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
      this.made.add(`/${name}`);
      this.args.push('--symlink', `usr/${name}`, `/${name}`);
    }
  }
}

/** bubblewrap's arguments: the file system that a container sees, and who it is there. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Mount {
  /** File or directory of this machine. */
  source: string;
  /** Absolute path in the container. */
  target: string;
  readOnly: boolean;
}

export interface SandboxSpec {
  argv: string[];
  /** All of the environment. */
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

/** Of the machine's /etc: what its programs need to start and to find hosts by name. */
const SHARED_ETC = ['alternatives', 'ld.so.cache', 'ssl', 'hosts', 'nsswitch.conf', 'resolv.conf'];

export function sandboxArgs(spec: SandboxSpec): string[] {
  const tree = new Tree();
  addRoot(tree, spec.readOnlyRoot);
  // Outer mounts first: an inner one lies on top of its outer one.
  const mounts = [...spec.mounts].sort((a, b) => a.target.length - b.target.length);
  mounts.forEach((mount) => tree.bind(mount));
  return [
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--hostname', spec.hostname],
    ...['--as-pid-1', '--die-with-parent', '--new-session'],
    ...identityArgs(spec),
    ...tree.args,
    ...(spec.readOnlyRoot ? ['--remount-ro', '/usr/local', '--remount-ro', '/'] : []),
    ...['--chdir', spec.workingDir],
    ...privilegeArgs(spec),
  ];
}

function addRoot(tree: Tree, readOnlyRoot: boolean): void {
  tree.bind({ source: '/usr', target: '/usr', readOnly: true });
  // The container's own: it takes the binaries of images.
  tree.args.push('--perms', '0755', '--tmpfs', '/usr/local');
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    tree.args.push('--symlink', `usr/${name}`, `/${name}`);
  }
  tree.bind({ source: process.execPath, target: '/usr/local/bin/node', readOnly: true });
  for (const name of SHARED_ETC.filter((entry) => existsSync(join('/etc', entry)))) {
    tree.bind({ source: join('/etc', name), target: join('/etc', name), readOnly: true });
  }
  tree.args.push('--proc', '/proc', '--dev', '/dev');
  for (const path of ['/run', '/mnt', '/opt', '/srv', '/var']) {
    tree.directory(path);
  }
  for (const path of ['/tmp', '/var/tmp']) {
    if (readOnlyRoot) {
      tree.directory(path);
    } else {
      tree.args.push('--perms', '1777', '--tmpfs', path);
    }
  }
}

/** Root becomes another user by setpriv, inside; anyone else can only be mapped to one. */
function identityArgs({ uid, gid }: SandboxSpec): string[] {
  return isRoot() ? [] : ['--unshare-user', '--uid', String(uid), '--gid', String(gid)];
}

function privilegeArgs({ uid, gid, groups }: SandboxSpec): string[] {
  if (!isRoot()) {
    return [];
  }
  return [
    ...['--', '/usr/bin/setpriv', '--reuid', String(uid), '--regid', String(gid)],
    ...(groups.length > 0 ? ['--groups', groups.join(',')] : ['--clear-groups']),
    ...['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'],
    // A change of user clears the order to die with the parent.
    ...['--pdeathsig', 'SIGKILL'],
  ];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Collects arguments, and makes the directories on the way to each mount: bubblewrap's own are for root alone. */
class Tree {
  readonly args: string[] = [];
  readonly #made = new Set(['/', '/dev', '/proc', '/bin', '/sbin', '/lib', '/lib64', '/usr/local']);

  directory(path: string): void {
    if (this.#made.has(path)) {
      return;
    }
    this.directory(dirname(path));
    this.#made.add(path);
    this.args.push('--perms', '0755', '--dir', path);
  }

  bind({ source, target, readOnly }: Mount): void {
    this.directory(dirname(target));
    this.#made.add(target);
    this.args.push(readOnly ? '--ro-bind' : '--bind', source, target);
  }
}

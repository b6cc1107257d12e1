/** Faults of what runs in Pods: a program that dies, a Pod that is evicted. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CoreV1Api } from '@kubernetes/client-node';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { TARGET_NAMESPACE } from '../../cluster-objects';
import { type Fault, pick, type World } from './fault';

interface Found {
  pid: number;
  parent: number;
  args: string[];
}

/** An argument by which the process is known. */
export const IMPORTER = ['/usr/local/bin/importer'];

/** @param programs arguments by which its process is known */
export function containerKilled(what: string, programs: readonly string[]): Fault {
  return {
    name: `${what} killed`,
    does: "SIGKILL to the container's first process",
    undone: 'never; whoever owns the Pod decides',
    lurks: true,
    aim: (world, random) => {
      const found = pick(sandboxed(world, programs), random);
      return (
        found && {
          on: `process ${found.pid}`,
          seconds: 0,
          begin: () => void process.kill(found.pid, 'SIGKILL'),
          end: () => undefined,
        }
      );
    },
  };
}

/** Below the process of this lab's node, so that no other lab's is struck. */
function sandboxed({ parts }: World, programs: readonly string[]): Found[] {
  const node = parts.get('outside')?.pid;
  const all = new Map(processes().map((found) => [found.pid, found]));
  const isBelowNode = ({ parent }: Found): boolean => {
    const above = all.get(parent);
    return parent === node || (above !== undefined && isBelowNode(above));
  };
  return [...all.values()].filter(
    (found) =>
      basename(found.args[0] ?? '') !== 'bwrap' &&
      found.args.some((argument) => programs.includes(argument)) &&
      isBelowNode(found),
  );
}

function processes(): Found[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        return [{ pid: Number(name), parent: Number(parent), args }];
      } catch {
        // It has ended this instant.
        return [];
      }
    });
}

/** Bytes of a file: enough for the words with which an importer ends, and less than any disk. */
const FULL_AT = 65_536;

/** The kernel limits the size of files: it refuses what comes after, as a volume does that is full. */
export const volumeFull: Fault = {
  name: "import's volume full",
  does: 'what a running importer writes into its volume from now on is refused',
  undone: 'with the next importer',
  lurks: true,
  aim: (world, random) => {
    const found = pick(sandboxed(world, IMPORTER), random);
    if (found === null) return null;
    return {
      on: `process ${found.pid}`,
      seconds: 0,
      begin: () => fill(found.pid),
      end: () => undefined,
    };
  },
};

async function fill(pid: number): Promise<void> {
  const [command = '', ...args] = [...asItsUser(pid), 'prlimit', '--pid', String(pid), `--fsize=${FULL_AT}`];
  await promisify(execFile)(command, args);
}

/** Its own user may do it; root may only with a capability that it does not have in every container. */
function asItsUser(pid: number): string[] {
  if (process.getuid?.() !== 0) return [];
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [uid, gid] = ['Uid', 'Gid'].map((of) => new RegExp(`^${of}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? '');
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
}

export const podEvicted: Fault = {
  name: 'Pod evicted',
  does: 'the API server is asked to evict a Pod of a copy, a conversion or a binder',
  undone: 'never; whoever owns the Pod decides',
  aim: async ({ cluster }, random) => {
    const core = cluster.makeApiClient(CoreV1Api);
    const { items } = await core.listNamespacedPod({ namespace: TARGET_NAMESPACE });
    const names = items
      .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
      .map(({ metadata }) => metadata?.name ?? '')
      // To evict a machine's Pod is to shut its guest down: KubeVirt would move it.
      .filter((name) => !name.startsWith('virt-launcher-'))
      .sort();
    const name = pick(names, random);
    if (name === null) return null;
    const eviction = { metadata: { name, namespace: TARGET_NAMESPACE } };
    const evict = () =>
      core.createNamespacedPodEviction({ name, namespace: TARGET_NAMESPACE, body: eviction });
    return { on: `Pod ${name}`, seconds: 0, begin: async () => void (await evict()), end: () => undefined };
  },
};

/** The wire between the real node and this machine: a pair of virtual cards, and a small network that only they are in. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { LabRefusal } from '../refusal';
import { freeNetworks } from './networks';

export interface Link {
  /** Of this machine's end: where the node and its Pods reach the lab. */
  hostAddress: string;
  /** Of the node's end. */
  nodeAddress: string;
}

const run = promisify(execFile);

/**
 * Connects the network namespace of this process. The kernel removes the link, its addresses and its route with the namespace.
 * @throws LabRefusal when all networks are taken
 * @throws Error with what `ip` said
 */
export async function connectNode(pid: number): Promise<Link> {
  const { card, link } = await claimNetwork(pid);
  await ip('address', 'add', `${link.hostAddress}/30`, 'dev', card);
  await ip('link', 'set', card, 'up');
  const inside = (...args: string[]) => run('nsenter', ['--target', String(pid), '--net', 'ip', ...args]);
  await inside('address', 'add', `${link.nodeAddress}/30`, 'dev', 'eth0');
  await inside('link', 'set', 'eth0', 'up');
  await inside('route', 'add', 'default', 'via', link.hostAddress);
  return link;
}

/** Each network has a card named for it, so whoever makes the card has the network. */
async function claimNetwork(pid: number): Promise<{ card: string; link: Link }> {
  for (const { index, hostAddress, nodeAddress } of freeNetworks(readFileSync('/proc/net/route', 'utf8'))) {
    const card = `drover-node-${index}`;
    try {
      await ip('link', 'add', card, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
      return { card, link: { hostAddress, nodeAddress } };
    } catch (error) {
      if (!String((error as { stderr?: string }).stderr).includes('File exists')) throw error;
    }
  }
  throw new LabRefusal(
    'no network is free for a real node; stop one that runs on this machine with: drover lab down',
  );
}

async function ip(...args: string[]): Promise<void> {
  await run('ip', args);
}

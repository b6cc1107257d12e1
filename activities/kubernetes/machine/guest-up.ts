/** The proof that a target's guest is up. KubeVirt's state `Running` says only that the guest's processor runs. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { VmRef } from '../../../plan/vm-ref';
import { type LinePattern, readLinePattern } from '../../../plan/line-pattern';
import { CONSOLE_UP } from '../../../plan/manifests/drover-settings';
import type { AskedProof, GuestProof } from '../../interfaces';
import { failure } from '../../failure';
import { mayBeGuest } from './guest-addresses';
import { followConsole, readConsole } from './guest-console';
import { addressGaps, describeGaps, describeKept } from './kept-addresses';
import { isGoing } from '../api/going';
import { PODS, type Pod, VIRTUAL_MACHINE_INSTANCES, type VirtualMachineInstance } from '../api/kinds';
import { isLauncherOf, LAUNCHERS } from '../pods/launchers';
import { hasEnded } from '../pods/pod-end';
import { plainLine } from '../pods/plain-line';
import { deadlineIn, type Scope } from '../waiting/scope';
import { DeadlineError, waitFor } from '../waiting/wait';

/** Lines of the console that a failure repeats. */
const LAST_LINES = 12;
/** Characters of an operating system's name. */
const LONGEST_OS = 200;
/** Between two attempts to connect, and the longest that one may take: nothing reports when a port opens. */
const KNOCK_MS = 2_000;

/** What was seen instead of a proof, for people. */
interface Seen {
  /** One clause. */
  last: string | null;
}

/** @throws GuestNotUp with what was seen last, and what the console said */
export async function awaitGuestUp(scope: Scope, vm: VmRef, verify: AskedProof): Promise<GuestProof> {
  const seen: Seen = { last: null };
  try {
    return await proof(scope, vm, verify, seen);
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    const last = [...(seen.last === null ? [] : [seen.last]), await lastWords(scope, vm)].join('; ');
    throw failure(
      'GuestNotUp',
      `${vm.targetName} did not prove itself up by its ${verify.by} within ${verify.timeoutSeconds} s; ${last}`,
    );
  }
}

type Policy<By extends AskedProof['by']> = Extract<AskedProof, { by: By }>;

function proof(scope: Scope, vm: VmRef, verify: AskedProof, seen: Seen): Promise<GuestProof> {
  switch (verify.by) {
    case 'agent':
      return agentConnected(scope, vm, verify);
    case 'console':
      return consoleMatches(scope, vm, verify);
    case 'port':
      return portOpens(scope, vm, verify);
    case 'network':
      return addressesKept(scope, vm, verify, seen);
  }
}

function agentConnected(scope: Scope, vm: VmRef, { timeoutSeconds }: Policy<'agent'>): Promise<GuestProof> {
  scope.progress.report({ note: 'waiting for the guest agent' });
  return onInstance(scope, vm, timeoutSeconds, agentProof);
}

/** The guest itself chooses the text of its agent: it may have any length, and hold any characters. */
export function agentProof({ status }: VirtualMachineInstance): GuestProof | undefined {
  const agent = status?.conditions?.find(({ type }) => type === 'AgentConnected');
  if (agent?.status !== 'True') return undefined;
  const os = status?.guestOSInfo?.prettyName ?? status?.guestOSInfo?.name;
  const name = os ? `: ${plainLine(os, LONGEST_OS)}` : '';
  return { by: 'agent', evidence: `the guest agent answers${name}` };
}

function addressesKept(
  scope: Scope,
  vm: VmRef,
  { cards, timeoutSeconds }: Policy<'network'>,
  seen: Seen,
): Promise<GuestProof> {
  const lacks = (words: string) => {
    seen.last = words;
    scope.progress.report({ note: words });
    return undefined;
  };
  const silent = () => lacks('the guest agent does not answer');
  silent();
  return onInstance(scope, vm, timeoutSeconds, (instance) => {
    const agent = agentProof(instance);
    if (agent === undefined) return silent();
    if (cards.length === 0)
      return {
        by: 'network',
        evidence: `${agent.evidence}; no address of the source is known to compare with`,
      };
    const gaps = addressGaps(instance, cards);
    return gaps.length > 0 ? lacks(describeGaps(gaps)) : { by: 'network', evidence: describeKept(cards) };
  });
}

async function consoleMatches(
  scope: Scope,
  vm: VmRef,
  { pattern, timeoutSeconds }: Policy<'console'>,
): Promise<GuestProof> {
  const expected = linePattern(pattern);
  const ended = new Set<string>();
  const { signal, ...options } = deadlineIn(scope, timeoutSeconds);
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, options.deadline - Date.now()))]);
  for (;;) {
    const pod = await runningLauncher(scope, vm, timeoutSeconds, ended);
    try {
      for await (const line of followConsole(scope.cluster.api, pod, inTime)) {
        scope.progress.report({ note: `console: ${line}` });
        if (!expected.matches(line)) continue;
        // Read live: a guest that is going down now is no proof.
        if (await isOver(scope, pod)) break;
        return { by: 'console', evidence: line };
      }
      // A guest that restarts gets a new Pod. If only the log stream broke, the same log is read again.
      if (await isOver(scope, pod)) {
        ended.add(pod.metadata?.uid ?? '');
        continue;
      }
    } catch {
      signal.throwIfAborted();
    }
    if (Date.now() >= options.deadline) throw new DeadlineError('the console did not match');
    await delay(KNOCK_MS, undefined, { signal });
  }
}

/**
 * The default pattern of plans that an earlier version froze, before patterns were RE2's. Such migrations may still
 * run.
 */
const FORMER_CONSOLE_UP = String.raw`login:|^(?!\s*\[).*(?:[\s/]ttyS0|\(ttyS0\)\.?)\s*$|^Kernel \S+ on an \S+\s*$`;

/** @throws InvalidInput for a pattern that the plan check would refuse */
function linePattern(text: string): LinePattern {
  const read = readLinePattern(text === FORMER_CONSOLE_UP ? CONSOLE_UP : text);
  if (typeof read !== 'string') return read;
  throw failure('InvalidInput', `verify.pattern is no regular expression as RE2 has them: ${read}`);
}

async function isOver({ cluster }: Scope, { metadata }: Pod): Promise<boolean> {
  const pod = await cluster.api.find(PODS, { name: metadata?.name ?? '', namespace: metadata?.namespace });
  return pod === null || pod.metadata?.uid !== metadata?.uid || !runs(pod);
}

/** False for a Pod that is being removed: the words of its guest prove nothing about the next one. */
function runs(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && !isGoing(pod) && !hasEnded(pod);
}

function runningLauncher(scope: Scope, vm: VmRef, seconds: number, not: ReadonlySet<string>): Promise<Pod> {
  const what = { kind: PODS, namespace: vm.namespace, labelSelector: LAUNCHERS };
  return scope.informers.using(scope.cluster, what, (launchers) =>
    waitFor(
      launchers,
      (pod) => isLauncherOf(pod, vm),
      (pods) => pods.find((pod) => runs(pod) && !not.has(pod.metadata?.uid ?? '')),
      deadlineIn(scope, seconds),
    ),
  );
}

async function portOpens(
  scope: Scope,
  vm: VmRef,
  { port, timeoutSeconds }: Policy<'port'>,
): Promise<GuestProof> {
  const { deadline, signal } = deadlineIn(scope, timeoutSeconds);
  while (Date.now() < deadline) {
    const address = await onInstance(scope, vm, timeoutSeconds, guestAddress);
    scope.progress.report({ note: `waiting for port ${port} of ${address}` });
    if (await opens(address, port)) return { by: 'port', evidence: `port ${port} of ${address} is open` };
    await delay(KNOCK_MS, undefined, { signal });
  }
  throw new DeadlineError('the port did not open');
}

/** The first reported address that a guest can have. The agent may report any address. */
export function guestAddress({ status }: VirtualMachineInstance): string | undefined {
  return status?.interfaces?.map(({ ipAddress = '' }) => ipAddress).find(mayBeGuest);
}

function opens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: KNOCK_MS });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

function onInstance<R>(
  scope: Scope,
  vm: VmRef,
  seconds: number,
  judge: (instance: VirtualMachineInstance) => R | undefined,
): Promise<R> {
  // KubeVirt makes instances without our labels.
  const what = { kind: VIRTUAL_MACHINE_INSTANCES, namespace: vm.namespace, labelSelector: '' };
  return scope.informers.using(scope.cluster, what, (instances) =>
    waitFor(
      instances,
      ({ metadata }) => metadata?.name === vm.targetName,
      ([instance]) => (instance === undefined ? undefined : judge(instance)),
      deadlineIn(scope, seconds),
    ),
  );
}

async function lastWords({ cluster }: Scope, vm: VmRef): Promise<string> {
  const { lines, note } = await readConsole(cluster.api, vm, LAST_LINES);
  if (lines.length > 0) return `its console's last lines: ${lines.join(' ⏎ ')}`;
  return note ?? 'its console says nothing';
}

/** An operator's word to one VM, or to all that are parked: shows them, asks, and says of each what became of it. */
import { visible } from '../plan/visible';
import type { OperatorRequest } from '../workflows/temporal-api';
import { agrees } from './agree';
import type { ParkedArguments } from './arguments';
import { type Handler, type Io, UsageError, withClient } from './command';
import type { DroverClient } from './drover-client';
import type { ExitName } from './exit-codes';
import { countVms } from './render/format';
import { renderOutput } from './render/output';
import { renderTable } from './render/table';
import { renderVmList } from './render/vm-list';
import { say } from './say';
import { eachVm, failedRow } from './several-vms';
import { steer } from './steer';
import type { VmHandle } from './vm-handle';
import type { VmListEntry } from './vm-list';

/** What became of one VM. */
interface Steered {
  vm: string;
  workflowId: string;
  done: boolean;
  /** `goes on at copy`, or why not. */
  result: string;
}

interface Word {
  /** `retry`. */
  verb: string;
  /** Resolves to the predicate of the answer: `goes on at copy`. */
  act: (vm: VmHandle, request: OperatorRequest, args: ParkedArguments) => Promise<string>;
  /** Throws where the arguments make no sense, before anybody is asked anything. */
  check?: (args: ParkedArguments) => void;
}

export function steerParked(word: Word): Handler<ParkedArguments> {
  return async (args, io) => {
    const { vm, all, kind, yes } = args;
    word.check?.(args);
    if (vm === undefined) {
      if (!all) throw new UsageError('name a VM, or say --all');
      return withClient(io, (drover) => steerAll(word, { drover, io, args }));
    }
    if (all || kind !== undefined || yes) throw new UsageError('--all, --kind and --yes go without a VM');
    return steer((handle, request) => word.act(handle, request, args))({ ...args, vm }, io);
  };
}

interface Asked {
  drover: DroverClient;
  io: Io;
  args: ParkedArguments;
}

async function steerAll(word: Word, asked: Asked): Promise<ExitName> {
  const { drover, io, args } = asked;
  const listed = await drover.list({ running: true, ...(args.plan !== undefined && { plan: args.plan }) });
  const parked = listed.filter(
    ({ attention }) => attention !== null && (args.kind === undefined || attention === args.kind),
  );
  if (parked.length > 0 && !(await mayGoOn(word, parked, asked))) {
    say(io.stderr, 'nothing was done');
    return 'ok';
  }
  const exits = new Set<ExitName>();
  const steered = await eachVm(parked, (entry) => steerOne(word, entry, { ...asked, exits }));
  io.stdout.write(renderOutput(args.output, steered, renderSteered));
  return exits.values().next().value ?? 'ok';
}

async function mayGoOn(
  { verb }: Word,
  parked: readonly VmListEntry[],
  { io, args }: Asked,
): Promise<boolean> {
  if (args.yes) return true;
  io.stderr.write(renderOutput('table', parked, renderVmList));
  const set = args.set === undefined ? '' : ` with ${visible(args.set.join(' '))}`;
  return agrees(io, `${verb} ${countVms(parked.length)}${set}?`);
}

async function steerOne(
  { act }: Word,
  { vm, workflowId }: VmListEntry,
  { drover, args, exits }: Asked & { exits: Set<ExitName> },
): Promise<Steered> {
  try {
    const { who, why } = args;
    return {
      vm,
      workflowId,
      done: true,
      result: await act(drover.listed({ workflowId }), { who, why }, args),
    };
  } catch (error) {
    const { exit, why } = failedRow(error);
    exits.add(exit);
    return { vm, workflowId, done: false, result: why };
  }
}

function renderSteered(steered: readonly Steered[]): string {
  if (steered.length === 0) return 'no VM is parked so\n';
  const rows = steered.map(({ vm, done, result }) => [vm, done ? 'done' : 'not done', result]);
  return renderTable(['VM', '', 'RESULT'], rows);
}

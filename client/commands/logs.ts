import { setTimeout as delay } from 'node:timers/promises';
import type { Argv } from 'yargs';
import { countOption, outputOption, planOption } from '../arguments';
import { type Io, type MakeCommand, UsageError, withClient } from '../command';
import type { CopyLog } from '../copy-logs';
import type { ExitName } from '../exit-codes';
import { hookRun, whyNoHookLog } from '../hook-logs';
import { renderOutput } from '../render/output';
import type { VmHandle } from '../vm-handle';
import { HOOK_STEPS, type HookStep } from '../../plan/hooks';
import { visibleIn } from '../../plan/visible';
import { say } from '../say';

/** Lines: Drover keeps so many of a failed attempt, and one answer holds at most so many. */
const MOST_LINES = 200;
/** More than any VM has disks, or any disk attempts. */
const MOST_INDEX = 9_999;
/** Each look is a short workflow. */
const FOLLOW_MS = 2_000;

const options = (yargs: Argv) =>
  outputOption(planOption(yargs))
    .positional('vm', { describe: 'name, moref or workflow id', type: 'string', demandOption: true })
    .option('disk', {
      alias: 'd',
      describe: 'index of the disk, from 0',
      ...countOption('disk', { least: 0, most: MOST_INDEX }),
      default: 0,
    })
    .option('attempt', {
      describe: 'of this attempt; default: the attempt that runs, else the last that failed',
      ...countOption('attempt', { least: 1, most: MOST_INDEX }),
    })
    .option('follow', {
      alias: 'f',
      describe: 'follow the log of a plugin that runs, until it ends',
      type: 'boolean',
      default: false,
    })
    .option('lines', {
      alias: 'n',
      describe: `how many of its last lines, at most ${MOST_LINES}`,
      ...countOption('lines', { least: 1, most: MOST_LINES }),
      default: MOST_LINES,
    })
    .option('hook', {
      describe: 'what a hook of the VM said: the last that failed, else the last that ran',
      type: 'boolean',
      default: false,
    })
    .option('step', {
      describe: 'with --hook: of the hook of this step',
      choices: HOOK_STEPS,
    })
    .example('$0 logs web-01 --disk 1', 'what the plugin of its second disk says, or said when it failed')
    .example('$0 logs web-01 --disk 1 --attempt 2', 'why its second attempt failed')
    .example('$0 logs web-01 --follow', 'its first disk, as it is copied')
    .example('$0 logs web-01 --hook', 'why its hook failed');

type LogsArguments = Awaited<ReturnType<typeof options>['argv']>;

export const logsCommand: MakeCommand = (run) => ({
  command: 'logs <vm>',
  describe: "what a disk's offload plugin says, or said when it failed; and what a hook said",
  builder: options,
  handler: run<LogsArguments>(async (args, io) => {
    requireOneKind(args);
    const { vm, plan, disk, attempt, follow, lines, output } = args;
    return withClient(io, async (drover) => {
      const handle = await drover.vm(vm, plan === undefined ? {} : { plan });
      if (args.hook) return showHook(handle, args, io);
      const page = await handle.copyLog({ disk, lines, ...(attempt === undefined ? {} : { attempt }) });
      const label = `${vm} disk ${disk}${page.attempt === null ? '' : `, attempt ${page.attempt}`}`;
      if (page.note !== null) say(io.stderr, `${label}: ${page.note}`);
      else if (output === 'table') say(io.stderr, `${label} (${page.from})`);
      io.stdout.write(renderOutput(output, page, (shown) => text(shown.lines)));
      return follow ? goOn(handle, { disk, page }, io) : 'ok';
    });
  }),
});

/** A hook is no disk, and its log is there when it has ended. */
function requireOneKind({ hook, step, attempt, follow }: LogsArguments): void {
  if (!hook && step !== undefined) throw new UsageError('--step is for hooks; give --hook, too');
  if (hook && (attempt !== undefined || follow))
    throw new UsageError('--attempt and --follow are for disks; leave them out, or leave out --hook');
}

async function showHook(
  handle: VmHandle,
  {
    vm,
    step,
    lines,
    output,
  }: { vm: string; step?: HookStep | undefined; lines: number; output: LogsArguments['output'] },
  io: Io,
): Promise<ExitName> {
  const run = hookRun(await handle.state(), step);
  const label = `${vm} hook ${run.name} (${run.step}), attempt ${run.attempt}, ${run.outcome}`;
  const note = whyNoHookLog(run) ?? run.warning;
  if (note !== null) say(io.stderr, `${label}: ${note}`);
  else if (output === 'table') say(io.stderr, label);
  io.stdout.write(renderOutput(output, { ...run, log: run.log.slice(-lines) }, ({ log }) => text(log)));
  return 'ok';
}

/** Ctrl-C ends it, as it ends any command. */
async function goOn(
  handle: VmHandle,
  { disk, page }: { disk: number; page: CopyLog },
  io: Io,
): Promise<ExitName> {
  let { running, next } = page;
  while (running) {
    await delay(FOLLOW_MS);
    const attempt = page.attempt ?? undefined;
    const more = await handle.copyLogAfter({ disk, lines: MOST_LINES, attempt, after: next });
    io.stdout.write(text(visibleIn(more.lines)));
    running = more.running;
    next = more.next ?? next;
  }
  return 'ok';
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

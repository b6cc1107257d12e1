/** Watches a wave for a person: progress as it comes, the report at its end. */
import { refuses } from '../plan/problem';
import type { WaveResult } from '../workflows/temporal-api';
import type { Io } from './command';
import type { PlanName } from './drover-client';
import type { ExitName } from './exit-codes';
import type { MigrationHandle } from './migration-handle';
import { shellWord } from './render/changes';
import { createRenderer } from './render/create-renderer';
import { type OutputFormat, renderOutput } from './render/output';
import { renderWaveReport } from './render/wave';
import type { WatchSnapshot } from './watch';
import { visible } from '../plan/visible';
import { planName } from '../plan/workflow-ids';

interface FollowOptions {
  plan: PlanName;
  output: OutputFormat;
}

/** Ctrl-C ends the watching, never the migration. */
export async function follow(migration: MigrationHandle, options: FollowOptions, io: Io): Promise<ExitName> {
  const last = await watchUntilSettled(migration, options, io);
  switch (last?.status) {
    case 'ended':
      return report(await migration.result(), options.output, io);
    case 'parked':
      return reportParked(last, options, io);
    case 'running':
    case undefined:
      io.stderr.write(leaveHint(options.plan));
      return 'interrupted';
  }
}

async function watchUntilSettled(
  migration: MigrationHandle,
  options: FollowOptions,
  io: Io,
): Promise<WatchSnapshot | null> {
  const interrupt = new AbortController();
  const release = io.onInterrupt(() => interrupt.abort());
  // Progress goes to stderr where stdout is for a machine.
  const renderer = createRenderer(options.output === 'table' ? io.stdout : io.stderr);
  let last: WatchSnapshot | null = null;
  try {
    for await (const snapshot of migration.watch({ signal: interrupt.signal })) {
      renderer.show(snapshot);
      last = snapshot;
    }
  } finally {
    renderer.close();
    release();
  }
  return last;
}

export function report(result: WaveResult, output: OutputFormat, io: Io): ExitName {
  io.stdout.write(renderOutput(output, result, (shown) => `\n${renderWaveReport(shown)}`));
  return exitOfResult(result);
}

/** A VM that was migrating already was refused before anything of it was touched. */
export function exitOfResult(result: WaveResult): ExitName {
  if (refuses(result.problems)) return 'badInput';
  if (result.succeeded) return 'ok';
  const others = result.results.filter(({ outcome }) => outcome !== 'alreadyMigrated');
  const refused = others.length > 0 && others.every((vm) => vm.failure?.kind === 'AlreadyMigrating');
  return refused ? 'badInput' : 'migrationFailed';
}

function reportParked({ wave, vms }: WatchSnapshot, { plan, output }: FollowOptions, io: Io): ExitName {
  const holds = wave?.holds ?? [];
  const remains = holds.length > 0 ? 'Nothing goes on without an operator' : 'Nothing but parked VMs remains';
  const after = holds.length > 0 ? 'a resume, a retry or an abort' : 'a retry or an abort';
  const table = (): string =>
    [
      '',
      ...holds.map(({ why }) => visible(`waits: ${why}`)),
      `${remains}. After ${after}, watch on: ${watchCommand(plan)}`,
      '',
    ].join('\n');
  const parked = vms.filter((vm) => vm.state?.attention != null).map((vm) => vm.state);
  io.stdout.write(renderOutput(output, { wave, parked }, table));
  return 'needsAttention';
}

export function leaveHint(plan: PlanName): string {
  return [
    '',
    'The migration goes on.',
    `  watch again:  ${watchCommand(plan)}`,
    `  cancel a VM:  drover cancel VM --plan ${planWord(plan)} --why '…'`,
    '',
  ].join('\n');
}

function watchCommand(plan: PlanName): string {
  return `drover status --plan ${planWord(plan)} --watch`;
}

function planWord(plan: PlanName): string {
  return shellWord(visible(planName(plan)));
}

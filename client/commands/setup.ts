import { countOption, outputOption } from '../arguments';
import { type MakeCommand, withClient } from '../command';
import { formatDays } from '../namespace';
import { renderOutput } from '../render/output';
import type { SetupReport } from '../setup';
import type { Argv } from 'yargs';
import { say } from '../say';

const options = (yargs: Argv) =>
  outputOption(yargs)
    .option('check', {
      describe: 'only look; exit code 4 where something is missing',
      type: 'boolean',
      default: false,
    })
    .option('retention', {
      describe: 'keep ended migrations for so many days, 1 to 3650',
      ...countOption('retention', { least: 1, most: 3650 }),
    })
    .example('$0 setup', 'create the namespace if need be, register search attributes')
    .example('$0 setup --retention 30', 'and keep ended migrations for 30 days')
    .example('$0 setup --check -o json', 'for a readiness check');

type SetupArguments = Awaited<ReturnType<typeof options>['argv']>;

export const setupCommand: MakeCommand = (run) => ({
  command: 'setup',
  describe: 'make a Temporal namespace ready for Drover; safe to run again',
  builder: options,
  handler: run<SetupArguments>(({ check, retention, output }, io) =>
    withClient(io, async (drover) => {
      const report = await drover.setUp({
        checkOnly: check,
        ...(retention === undefined ? {} : { retentionDays: retention }),
      });
      for (const warning of report.warnings) say(io.stderr, `warning: ${warning}`);
      io.stdout.write(renderOutput(output, report, (shown) => describe(drover.namespace, shown)));
      return report.ready ? 'ok' : 'unavailable';
    }),
  ),
});

function describe(namespace: string, report: SetupReport): string {
  const lines = [`namespace "${namespace}": ${report.namespace}`];
  if (report.retentionDays !== null)
    lines.push(`ended migrations are kept for ${formatDays(report.retentionDays)}`);
  if (report.registered.length > 0) lines.push(`registered: ${report.registered.join(', ')}`);
  if (report.missing.length > 0) lines.push(`missing: ${report.missing.join(', ')}; run: drover setup`);
  if (report.ready) lines.push('ready');
  return `${lines.join('\n')}\n`;
}

/**
 * `npm run chaos`: migrates mixed waves in a lab while faults strike at random instants, and then checks from outside
 * whether a promise was broken. The seed says which faults strike in which order; how the parts meet them is up to them.
 *
 * Exit code 0 only if no promise was broken.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { addRound, emptyTotal, faultsOf, renderTotal, renderViolation, type Total } from './chaos/report';
import { runRound } from './chaos/round';
import { roundSeed } from './chaos/schedule';

interface ChaosOptions {
  seed: number;
  faults: number;
  rounds: number;
  first: number;
  vms: number;
  quiet: boolean;
  output: string;
}

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function chaos(options: ChaosOptions, total: Total): Promise<void> {
  const { seed, faults, rounds, first } = options;
  const each = Math.ceil(faults / rounds);
  say(`seed ${seed}`);
  // A round whose VMs have all ended strikes no more, so there may be more rounds than were asked for.
  for (let round = first; faultsOf(total) < faults; round += 1) {
    const left = faults - faultsOf(total);
    await oneRound(options, { round, faults: Math.min(each, left) }, total);
    say(
      `round ${round} of ${first + rounds - 1}: ${faultsOf(total)} of ${faults} faults, ${total.violations} violations`,
    );
  }
}

function showTotal(total: Total, output: string): void {
  process.stdout.write(output === 'json' ? `${JSON.stringify(total)}\n` : renderTotal(total));
}

/** Whoever stops a storm of hours still sees what it came to. Its labs die with it. */
function showTotalWhenStopped(total: Total, output: string): void {
  process.once('SIGINT', () => {
    showTotal(total, output);
    process.exit(130);
  });
}

async function oneRound(
  { seed, vms, quiet }: ChaosOptions,
  { round, faults }: { round: number; faults: number },
  total: Total,
): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'drover-chaos-'));
  const repeat = `npm run chaos -- --seed ${seed} --first ${round} --rounds 1 --faults ${faults} --vms ${vms}`;
  say(`round ${round}: ${repeat}`);
  const result = await runRound({
    seed: roundSeed(seed, round),
    vms,
    faults,
    dir: join(home, 'lab'),
    say: quiet ? () => undefined : say,
  }).catch((error: unknown) => {
    say(`what the lab recorded is kept in ${home}`);
    throw error;
  });
  addRound(total, result);
  for (const violation of result.violations) say(renderViolation(violation, result, repeat));
  if (result.violations.length > 0) say(`what the lab recorded is kept in ${home}`);
  else rmSync(home, { recursive: true, force: true });
}

void yargs(hideBin(process.argv))
  .scriptName('npm run chaos --')
  .command<ChaosOptions>(
    '$0',
    'Migrate VMs in a storm of faults, and check every promise from outside',
    (args) =>
      args
        .option('seed', {
          type: 'number',
          default: Math.floor(Math.random() * 1e6),
          defaultDescription: 'a new one',
          describe: 'Repeats a storm: the same faults in the same order',
        })
        .option('faults', { type: 'number', default: 60, describe: 'How many strike in all' })
        .option('rounds', { type: 'number', default: 1, describe: 'Over how many labs, one after the other' })
        .option('first', {
          type: 'number',
          default: 1,
          describe: 'Begin with this round: to go on, or to repeat one',
        })
        .option('vms', { type: 'number', default: 8, describe: 'VMs of each round' })
        .option('quiet', {
          type: 'boolean',
          default: false,
          describe: 'Say nothing of what happens in a round',
        })
        .option('output', { choices: ['table', 'json'], default: 'table' })
        .example('npm run chaos -- --faults 1000 --rounds 25', 'The long form, an hour or more')
        .example('npm run chaos -- --seed 7 --first 3 --rounds 1 --faults 40', 'Round 3 of seed 7 once more'),
    async (options) => {
      const total = emptyTotal(options.seed);
      showTotalWhenStopped(total, options.output);
      const broken = await chaos(options, total).then(
        () => false,
        (error: unknown) => {
          say(error instanceof Error ? (error.stack ?? error.message) : String(error));
          return true;
        },
      );
      showTotal(total, options.output);
      process.exitCode = broken || total.violations > 0 ? 1 : 0;
    },
  )
  .strict()
  .help()
  .parseAsync();

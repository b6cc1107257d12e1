import { PHASES, type Phase, type VmState } from '../../workflows/temporal-api';
import { agrees } from '../agree';
import { operatorArguments, type OperatorArguments } from '../arguments';
import { type Handler, type Io, type MakeCommand, withClient } from '../command';
import { shellWord } from '../render/changes';
import { formatTime } from '../render/format';
import { say } from '../say';

interface ResetArguments extends OperatorArguments {
  to: Phase;
  yes: boolean;
}

export const resetCommand: MakeCommand = (run) => ({
  command: 'reset <vm>',
  describe: 'do a phase of a parked VM again, with all after it; what it made is made void first',
  builder: (yargs) =>
    operatorArguments(yargs)
      .option('to', {
        describe: 'the phase that is done again',
        choices: PHASES.filter((phase) => phase !== 'restore'),
        demandOption: 'say to which phase: --to copy',
        requiresArg: true,
      })
      .option('yes', { describe: 'do not ask where the target has run', type: 'boolean', default: false })
      .example("$0 reset web-01 --to copy --why 'guest does not boot'", 'all disks are copied again')
      .example(
        "$0 reset web-01 --to stop-source --why 'was needed for an hour'",
        'the source may run: it is stopped again, and copied again',
      ),
  handler: run<ResetArguments>(reset),
});

const reset: Handler<ResetArguments> = ({ vm: name, plan, to, yes, who, why }, io) =>
  withClient(io, async (drover) => {
    const vm = await drover.vm(name, plan === undefined ? {} : { plan });
    if (!yes && !(await mayLose(await vm.state(), to, io))) {
      say(io.stderr, 'nothing was done');
      return 'ok';
    }
    await vm.reset({ who, why, to });
    say(io.stdout, `${name} goes back to before ${to}; look at it: drover status ${shellWord(name)}`);
    return 'ok';
  });

/** Whether a person says that what the target's guest wrote may be lost, where it has run. */
async function mayLose({ targetRunningAt, attention }: VmState, to: Phase, io: Io): Promise<boolean> {
  const removesTarget = PHASES.indexOf(to) <= PHASES.indexOf('copy');
  if (targetRunningAt === null || attention === null || !removesTarget) return true;
  const lost = `the target runs since ${formatTime(targetRunningAt)}: it is removed, and what its guest wrote is lost`;
  return agrees(io, `${lost}; reset to ${to}?`, `${lost}; if that is right, say --yes`);
}

import type { Argv } from 'yargs';
import type { MakeCommand } from '../command';
import { type GoingBackArguments, goBack, goingBackArguments } from '../going-back/command';
import { countVms, formatTime } from '../render/format';
import { renderTable } from '../render/table';

const options = (yargs: Argv) =>
  goingBackArguments(yargs)
    .example("$0 finalize web-01 --why 'its owner has accepted it'", 'afterwards rollback is refused')
    .example("$0 finalize --plan mtv/wave-1 --yes --why 'accepted'", 'all VMs of a plan');

export const finalizeCommand: MakeCommand = (run) => ({
  command: 'finalize [vm]',
  describe: 'make the target of a migration final: it can not be rolled back any more',
  builder: options,
  handler: run<GoingBackArguments>(
    goBack<GoingBackArguments>({
      type: 'finalizeVm',
      options: ({ who, why }) => ({ who, why }),
      preview: (vms) =>
        renderTable(
          ['VM', 'TARGET', 'RUNS SINCE'],
          vms.map(({ vm, target, targetRunningAt }) => [
            vm,
            `${target.namespace}/${target.name}`,
            targetRunningAt === null ? 'not started by Drover' : formatTime(targetRunningAt),
          ]),
        ),
      question: (vms) => `make ${countVms(vms.length)} final, never to be rolled back?`,
    }),
  ),
});

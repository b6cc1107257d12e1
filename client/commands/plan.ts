import type { Argv } from 'yargs';
import { againOption, choiceOf, fileOption, outputOption } from '../arguments';
import { type MakeCommand, type Run, withClient } from '../command';
import { refuses } from '../../plan/problem';
import { planName } from '../../plan/workflow-ids';
import type { CopyMethod, FrozenVm, MigratedVm } from '../../plan/frozen';
import { listProblems, loadPlan } from '../manifest-files';
import { showCheckProgress } from '../render/check-progress';
import { formatBytes, formatTime } from '../render/format';
import { renderGuestNetwork } from '../render/guest-network';
import { renderOutput } from '../render/output';
import { renderTable } from '../render/table';
import { renderWaveOrder } from '../render/wave-order';

const options = (yargs: Argv) =>
  outputOption(fileOption(yargs))
    .option('vm', { describe: 'only this VM; may be repeated', type: 'string', array: true, nargs: 1 })
    .option('again', againOption)
    .example('$0 plan check -f plan.yaml', 'what would be migrated, how and where to')
    .example('$0 plan check -f providers.yaml -f plan.yaml -o json', 'the frozen VMs: inputs of migrateVm');

type CheckArguments = Awaited<ReturnType<typeof options>['argv']>;

export const planCommand: MakeCommand = (run) => ({
  command: 'plan [command]',
  describe: 'look at a plan before Drover changes anything',
  builder: (yargs) =>
    yargs
      .command({
        command: 'check',
        describe: 'resolve a plan against source and target; changes nothing',
        builder: options,
        handler: check(run),
      })
      .demandCommand(1, 'name one of: check')
      .strict(),
  handler: () => undefined,
});

const check = (run: Run) =>
  run<CheckArguments>(async ({ file, vm, again, output }, io) => {
    const loaded = await loadPlan(file);
    return withClient(io, async (drover) => {
      const progress = output === 'table' ? showCheckProgress(io.stderr) : null;
      const result = await drover
        .checkPlan(loaded.manifests, { ...choiceOf(vm, again), onPage: progress?.seen })
        .finally(() => progress?.close());
      io.stderr.write(listProblems(loaded, result.problems));
      io.stdout.write(
        renderOutput(
          output,
          result,
          ({ vms, migrated = [] }) =>
            describe(vms) +
            renderGuestNetwork(vms) +
            describeImages(vms) +
            describeMigrated(migrated) +
            renderWaveOrder(result),
        ),
      );
      return refuses(result.problems) ? 'badInput' : 'ok';
    });
  });

const HEAD = ['VM', 'TARGET', 'DISK', 'SIZE', 'METHOD', 'CLASS', 'MODES', 'VOLUME'];

function describe(vms: readonly FrozenVm[]): string {
  if (vms.length === 0) return '';
  return renderTable(
    HEAD,
    vms.flatMap((vm) =>
      vm.disks.map((disk) => [
        vm.vm.name,
        `${vm.namespace}/${vm.targetName}`,
        disk.basePath,
        formatBytes(disk.capacityBytes),
        describeMethod(disk.method),
        disk.storageClass,
        `${disk.volumeMode} ${disk.accessMode}`,
        disk.volumeName,
      ]),
    ),
  );
}

/** VMs that were migrated before: a run leaves them alone. */
function describeMigrated(migrated: readonly MigratedVm[]): string {
  if (migrated.length === 0) return '';
  const rows = migrated.map(({ vm, target, at, plan, targetStands }) => [
    vm.name,
    `${target.namespace}/${target.name}${targetStands ? '' : ' (gone)'}`,
    at === null ? '-' : formatTime(at),
    planName(plan),
  ]);
  return `\nAlready migrated, and left alone by a run:\n${renderTable(['VM', 'TARGET', 'MIGRATED', 'BY PLAN'], rows)}`;
}

/** The image that runs for each image that the plan names; empty where the plan names none. */
function describeImages(vms: readonly FrozenVm[]): string {
  const runs = new Map<string, string>();
  for (const { method } of vms.flatMap(({ disks }) => disks)) {
    if (method.kind === 'plugin') runs.set(method.image, method.pinnedImage ?? 'not checked: its tag');
  }
  return runs.size === 0 ? '' : `\n${renderTable(['IMAGE', 'RUNS'], [...runs])}`;
}

/** How a disk is copied, and what happens if its plugin fails or can't copy it. */
function describeMethod(method: CopyMethod): string {
  switch (method.kind) {
    case 'plugin':
      return method.fallback === 'import' ? 'plugin, else import' : 'plugin';
    case 'import':
      return method.insteadOf === undefined ? 'import' : `import: ${method.insteadOf.why}`;
  }
}

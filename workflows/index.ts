/**
 * The registry: what a worker offers is what this file names. Each is checked, whoever starts it; the names of these
 * constants are the types of the workflows.
 */
import { workflowInfo } from '@temporalio/workflow';
import { checkPlan as resolvePlan } from './short/check-plan';
import { checked, mustBe } from './checked';
import { TRANSFER_SLOTS_QUEUE } from '../plan/task-queue';
import { TRANSFER_SLOTS_ID, diskId, pageId, vmId } from '../plan/workflow-ids';
import { copyDisk as copyOneDisk } from './copy-disk/workflow';
import { listInventory as readInventory } from './short/list-inventory';
import { migrateVm as migrateOneVm } from './migrate-vm/workflow';
import { migrateWave as migratePlan } from './migrate-wave/workflow';
import { readConsole as readOneConsole } from './short/read-console';
import { readCopyLog as readOneLog } from './short/read-copy-log';
import { finalizeVm as finalizeOneVm } from './roll-back/finalize';
import { rollBackVm as rollOneBack } from './roll-back/workflow';
import { startWave as startOneWave } from './short/start-wave';
import { transferSlots as grantSlots } from './transfer-slots/workflow';
import { wavePage as migratePage } from './wave-page/workflow';

export const checkPlan = checked('checkPlan', resolvePlan);
export const listInventory = checked('listInventory', readInventory);
export const migrateWave = checked('migrateWave', migratePlan, ({ continued }) =>
  continued === undefined || workflowInfo().continuedFromExecutionRunId !== undefined
    ? null
    : 'continued is what a wave hands on to its next run; leave it out.',
);
export const readConsole = checked('readConsole', readOneConsole);
export const readCopyLog = checked('readCopyLog', readOneLog);
export const startWave = checked('startWave', startOneWave);

/** Under another id, nothing would keep two from granting the same slots; elsewhere nobody does what it needs done. */
export const transferSlots = checked('transferSlots', grantSlots, () => {
  const { taskQueue } = workflowInfo();
  if (taskQueue === TRANSFER_SLOTS_QUEUE) return mustBe(TRANSFER_SLOTS_ID);
  return `its task queue is ${taskQueue}; give the task queue ${TRANSFER_SLOTS_QUEUE}.`;
});

/** Under another id than its own, nothing would keep the same VM from being migrated twice at once. */
export const migrateVm = checked('migrateVm', migrateOneVm, ({ vcenterUuid, vm }) =>
  mustBe(vmId({ vcenterUuid, moref: vm.moref })),
);

/** Under the migration's id: so the server refuses it beside a migration of the VM, and beside another rollback. */
export const rollBackVm = checked('rollBackVm', rollOneBack, (input) => mustBe(vmId(input)));
export const finalizeVm = checked('finalizeVm', finalizeOneVm, (input) => mustBe(vmId(input)));

/** Part of a wave, which says who starts. */
export const wavePage = checked('wavePage', migratePage, ({ page }) => {
  const { parent } = workflowInfo();
  return parent === undefined
    ? 'only migrateWave starts it; start that.'
    : mustBe(pageId(parent.workflowId, page));
});

/** Part of a migration, which knows when the source is off. */
export const copyDisk = checked('copyDisk', copyOneDisk, ({ vm, disk }) => {
  if (workflowInfo().parent?.workflowId !== vmId(vm)) return 'only migrateVm starts it; start that.';
  return mustBe(diskId(vm, disk.key));
});

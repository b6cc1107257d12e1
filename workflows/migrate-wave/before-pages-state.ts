/** The state of a wave that keeps all of its VMs itself: see `before-pages.ts`. Pure. */
import type { ResolvedPage } from '../../activities/interfaces';
import type { FrozenVm, MigratedVm } from '../../plan/frozen';
import { newProblems, type Problem } from '../../plan/problem';
import type { VmRole } from '../../plan/wave';
import { vmId } from '../../plan/workflow-ids';
import type { WaveState, WaveVm } from '../temporal-api';

/** VMs that one run migrates: its history holds no more. */
const MOST_VMS = 200;
/** VMs of one run, those that were migrated before among them: its report holds no more. */
const MOST_ROWS = 1_000;

/** Takes what one page of the plan says beside its VMs. */
export function takePage(state: WaveState, page: ResolvedPage): void {
  state.plan = page.plan;
  state.maxConcurrentVms = page.maxConcurrentVms;
  if (page.wave !== undefined) state.rules = page.wave;
  state.problems.push(...newProblems(state.problems, page.problems));
  // A page from before migrated VMs were counted apart has one count only.
  const toMigrate = page.toMigrate ?? page.total;
  if (toMigrate > MOST_VMS)
    state.problems.push(tooLarge(`${toMigrate} VMs to migrate`, `${MOST_VMS} VMs to migrate`));
  else if (page.total > MOST_ROWS)
    state.problems.push(
      tooLarge(`${page.total} VMs`, `${MOST_ROWS} VMs, and take out those that are migrated`),
    );
}

function tooLarge(has: string, most: string): Problem {
  return {
    severity: 'error',
    location: { path: 'spec.vms' },
    found: `the plan has ${has} (PlanTooLarge)`,
    remedy: `split it into plans of at most ${most}`,
  };
}

/** Of all pages. */
export interface Resolved {
  vms: FrozenVm[];
  migrated: MigratedVm[];
  roles: VmRole[];
}

/** Those that were migrated before have ended already, and come first. */
export function queue(state: WaveState, { vms, migrated, roles }: Resolved): void {
  state.phase = 'migrating';
  const roleOf = new Map(roles.map((role) => [role.moref, role]));
  const row = ({ vm, vcenterUuid }: FrozenVm | MigratedVm): WaveVm => ({
    name: vm.name,
    moref: vm.moref,
    workflowId: vmId({ vcenterUuid, moref: vm.moref }),
    phase: 'queued',
    outcome: null,
    failure: null,
    ...placed(roleOf.get(vm.moref)),
  });
  const before = migrated.map((one): WaveVm => ({
    ...row(one),
    phase: 'ended',
    outcome: 'alreadyMigrated',
  }));
  state.vms = [...before, ...vms.map((vm) => ({ ...row(vm), ...sizeOf(vm) }))];
}

/** What an estimate of its time is made from. */
function sizeOf({ disks }: FrozenVm): Pick<WaveVm, 'disks' | 'bytes' | 'methods'> {
  return {
    disks: disks.length,
    bytes: disks.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0),
    methods: [...new Set(disks.map(({ method }) => method.kind))].sort(),
  };
}

function placed(role: VmRole | undefined): Pick<WaveVm, 'group' | 'priority' | 'canary'> {
  if (role === undefined) return {};
  const { group, priority, canary } = role;
  return { ...(group !== null && { group }), priority, ...(canary && { canary }) };
}

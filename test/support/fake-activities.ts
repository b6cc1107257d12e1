/**
 * The activities of one VM over its fake world. They keep the promises of real ones: they look first, then act,
 * and may run twice.
 */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type {
  ChangeActivities,
  ConversionReport,
  DiskRequest,
  DroverActivities,
  GuestProof,
  PlanningActivities,
  RollBackActivities,
  SlotDoor,
  SourceActivities,
  TargetActivities,
  WaitActivities,
  WaveActivities,
  WindowActivities,
} from '../../activities/interfaces';
import { judgeLeftOver } from '../../plan/adoption';
import type { OffEvidence } from '../../plan/copy-evidence';
import type { PowerReading } from '../../plan/inventory';
import { changeVm, keptChanges } from '../../plan/changes/change-vm';
import { ranSince } from '../../plan/off-proof';
import { sharersRan } from '../../plan/sharers';
import { readChanges } from '../../plan/changes/read-changes';
import { diskName, type FakeWorld } from './fake-world';
import type { ActivityName } from './script';

export type VmActivities = Omit<
  DroverActivities,
  keyof PlanningActivities | keyof WaveActivities | keyof WindowActivities | keyof SlotDoor
>;
export type VmActivityName = keyof VmActivities;

/** An activity without its promise. */
type Sync<A> = {
  [K in keyof A]: A[K] extends (...args: infer Args) => Promise<infer R> ? (...args: Args) => R : never;
};

export const CONVERSION: ConversionReport = {
  converted: true,
  os: 'Debian GNU/Linux 12',
  osinfo: 'debian12',
  virtio: true,
  firmware: 'bios',
  bootDisk: 0,
  warnings: [],
  accelerator: 'tcg',
};

const THUMBPRINT = Array.from({ length: 20 }, () => 'AB').join(':');

export const PROOF: GuestProof = { by: 'console', evidence: 'web login:' };

export const VM_ACTIVITIES: readonly VmActivityName[] = Object.keys(
  // Only the names are asked for: nothing is called.
  {
    ...sourceActivities(null!),
    ...targetActivities(null!),
    ...rollBackActivities(null!),
    ...waitActivities(null!),
  },
) as VmActivityName[];

/** Runs one activity as the test's script has it. */
export async function callActivity(
  world: FakeWorld,
  name: VmActivityName,
  args: unknown[],
): Promise<unknown> {
  begin(world, name, args);
  try {
    await world.script.before(name, args);
  } catch (error) {
    if (!(error instanceof CancelledFailure)) breakOff(world, name, args);
    throw error;
  }
  const all = {
    ...sourceActivities(world),
    ...targetActivities(world),
    ...rollBackActivities(world),
    ...waitActivities(world),
  };
  return (all[name] as (...args: unknown[]) => unknown)(...args);
}

/** The wait gives CDI the login that it needs: it is at work as soon as anyone waits for it. */
function begin(world: FakeWorld, name: ActivityName, [first]: unknown[]): void {
  if (name !== 'awaitImport') return;
  const { disk } = first as DiskRequest;
  world.logins.add(diskName(disk));
  world.startCopier(disk);
}

/** What is left of a wait's object that failed. */
function breakOff(world: FakeWorld, name: ActivityName, [first]: unknown[]): void {
  if (name === 'awaitImport') {
    const { disk } = first as DiskRequest;
    world.copiers.delete(diskName(disk));
    world.logins.delete(diskName(disk));
    world.volumes.delete(disk.volumeName);
  }
  if (name === 'awaitConversion') world.converting = false;
}

function powerOf({ source: { on, lastPowerOn } }: FakeWorld): PowerReading {
  return { state: on ? 'poweredOn' : 'poweredOff', bootTime: null, lastPowerOn };
}

/** What the source says right before its target is started; workflows of older versions look themselves. */
function ranOf(world: FakeWorld, off: OffEvidence | undefined): string | null {
  return off === undefined ? null : ranSince(off, powerOf(world));
}

function sourceActivities(world: FakeWorld): Sync<SourceActivities> {
  const readPower = () => powerOf(world);
  return {
    checkSource: ({ source }, wanted) => ({
      vcenterUrl: source.url,
      vcenterThumbprint: THUMBPRINT,
      hostUrl: `https://${world.source.host}`,
      hostThumbprint: null,
      ...(source.hosts?.some(({ moref }) => moref === world.source.host) && {
        importHost: world.source.host,
      }),
      ...(world.source.renamed.length > 0 && { renamed: world.source.renamed }),
      ...(wanted?.power === true && { power: readPower() }),
    }),
    readPower,
    readPowers: ({ others }) => others.map((moref) => ({ moref, reading: world.sharers.get(moref) ?? null })),
    shutDownGuest: () => {
      if (!world.source.on) return 'alreadyOff';
      if (!world.source.tools) return 'noTools';
      world.log.push('guest asked to shut down');
      world.source.goingDown = true;
      return 'requested';
    },
    powerOffSource: () => {
      world.log.push('source powered off');
      world.stopSource();
    },
    powerOnSource: () => {
      world.log.push('source powered on');
      world.bootSource();
    },
  };
}

function targetActivities(world: FakeWorld): Sync<TargetActivities & ChangeActivities> {
  return {
    changeVm: ({ vm, changes }) => {
      const read = readChanges(changes);
      const changed = changeVm(vm, read.changes, world.around);
      const problems = [...read.problems, ...changed.problems];
      if (problems.length > 0) return { vm: null, problems, kept: [] };
      return { vm: changed.vm, problems, kept: keptChanges(vm, changed.vm, read.changes) };
    },
    checkTarget: (vm) => {
      const isLeft = world.volumes.size > 0 || world.machine !== null;
      if (isLeft && vm.adopt !== true)
        throw ApplicationFailure.create({
          type: 'TargetLeftOver',
          message: 'an unfinished migration left its volumes',
          nonRetryable: true,
        });
    },
    judgeLeftOver: (vm) => judgeLeftOver(vm, world.leftBehind(), world.sourceNow()),
    markVolume: (request) => world.mark(request),
    startPlugin: ({ disk, attempt }) => {
      if (world.copiers.has(diskName(disk))) world.breaches.push(`attempt ${attempt} began beside another`);
      world.logins.add(diskName(disk));
      world.startCopier(disk);
    },
    startConversion: (_, attempt) => world.startConversion(attempt),
    startHook: ({ vm, step, attempt, results }) => {
      if (world.hook !== null) world.breaches.push(`hook ${step} began beside ${world.hook}`);
      if (vm.hooks?.some((hook) => hook.step === step) !== true)
        world.breaches.push(`there is no hook ${step}`);
      world.hook = step;
      world.hooksRun.push({ step, attempt, results });
      world.log.push(`hook ${step}`);
    },
    readCopyLog: ({ attempt, lines }) => ({
      ...world.copyLog,
      attempt: attempt ?? world.copyLog.attempt,
      lines: world.copyLog.lines.slice(-lines),
    }),
    readConsole: ({ lines }) => ({ ...world.console, lines: world.console.lines.slice(-lines) }),
    createMachine: (_, __, volumes, attached = []) => {
      world.attached = attached.map(({ volumeName }) => volumeName);
      world.machine ??= { running: false };
      for (const volume of volumes) world.mark({ ...volume, again: true });
      world.log.push('machine made');
    },
    startMachine: (_, off, others = []) => {
      const ran = ranOf(world, off);
      const readings = [...world.sharers].map(([moref, reading]) => ({ moref, reading }));
      for (const other of others)
        for (const why of sharersRan([other], readings))
          throw ApplicationFailure.nonRetryable(why, other.ifRan);
      if (ran !== null) throw ApplicationFailure.nonRetryable(`the source ran: ${ran}`, 'SourceRanMeanwhile');
      world.startMachine();
    },
    tidy: (_, scratchUid) => {
      if ((world.scratch === null) !== (scratchUid === null))
        world.breaches.push('tidy was told of another scratch volume');
      world.scratch = null;
      world.log.push('tidied');
    },
  };
}

function rollBackActivities(world: FakeWorld): Sync<RollBackActivities> {
  const requireTarget = () => {
    if (world.machine === null || world.target.isReplaced)
      throw ApplicationFailure.nonRetryable('another VirtualMachine has its name', 'TargetChanged');
    return world.machine;
  };
  return {
    readMigration: () => ({
      vm: world.vm,
      sourceRan: world.vm.vm.powerState === 'poweredOn',
      off: { bootTime: null, lastPowerOn: null },
    }),
    lookAtTarget: () => {
      const { running } = requireTarget();
      return { ...world.target, uid: 'uid-1', strategy: 'Always', isOn: running };
    },
    stopTarget: () => {
      requireTarget().running = false;
      world.target.isClosed = world.target.shares;
      world.log.push('target stopped');
    },
    resumeTarget: (_, strategy, off) => {
      requireTarget();
      const ran = ranOf(world, off);
      if (ran !== null) return ran;
      world.target.isClosed = false;
      if (strategy !== 'Halted') world.startMachine();
      return null;
    },
    noteRolledBack: () => {
      Object.assign(world.target, { finishedAt: null, rolledBackAt: '2026-02-02T00:00:00Z' });
      world.log.push('noted: rolled back');
    },
    noteFinal: () => {
      requireTarget();
      world.target.finalAt ??= '2026-02-02T00:00:00Z';
    },
    deleteTarget: () => {
      if (world.machine?.running === true) world.breaches.push('a target that runs was removed');
      world.machine = null;
      world.volumes.clear();
      world.log.push('target removed');
      return [];
    },
  };
}

function waitActivities(world: FakeWorld): Sync<WaitActivities> {
  return {
    awaitPoweredOff: () => {
      if (world.source.goingDown && world.source.obeys) world.stopSource();
      return world.source.on ? 'timeout' : 'off';
    },
    awaitSharedDisks: () => world.attachments,
    bindVolumes: ({ disks, conversion }, { importHost }) => {
      world.binder = true;
      for (const disk of disks) {
        if (world.volumes.has(disk.volumeName)) continue;
        const madeFor = disk.method.kind;
        const { storageClass } = disk;
        world.volumes.set(disk.volumeName, {
          bound: true,
          uid: world.newUid(),
          marker: null,
          content: null,
          madeFor,
          storageClass,
          ...(madeFor === 'import' && importHost !== undefined && { readAt: importHost }),
        });
        world.log.push(`made ${diskName(disk)}`);
      }
      if (conversion !== null) world.scratch ??= '';
      return world.scratch === null ? null : 'uid of the scratch volume';
    },
    probeConverter: () => ({ virtioWin: world.virtioWin, converter: 'virt-v2v-in-place 2.8.1' }),
    releaseVolumes: () => {
      world.binder = false;
    },
    awaitPlugin: ({ disk, attempt, copyId }) => {
      world.finishCopy(disk, { method: 'plugin', copyId, attempt });
      return { bytes: disk.capacityBytes, restarts: 0, message: null };
    },
    awaitImport: ({ disk }) => {
      world.finishCopy(disk, { method: 'import', copyId: null, attempt: null });
      return { bytes: disk.capacityBytes, restarts: 0, message: null };
    },
    stopCopy: ({ disk }) => {
      world.logins.delete(diskName(disk));
      if (world.copiers.delete(diskName(disk))) world.log.push(`stopped the copy of ${diskName(disk)}`);
    },
    discardVolume: ({ disk }) => {
      world.logins.delete(diskName(disk));
      world.copiers.delete(diskName(disk));
      if (world.binder) world.breaches.push(`${diskName(disk)} was to be removed under the binder`);
      if (world.volumes.delete(disk.volumeName)) world.log.push(`discarded ${diskName(disk)}`);
    },
    awaitConversion: () => {
      world.convertDisks();
      world.converting = false;
      world.log.push('converted');
      return CONVERSION;
    },
    stopConversion: () => {
      world.converting = false;
    },
    discardScratch: () => {
      if (world.converting) world.breaches.push('the scratch volume was removed under a conversion');
      if (world.scratch !== null) world.log.push('discarded the scratch volume');
      world.scratch = null;
    },
    awaitHook: ({ step }) => {
      world.hook = null;
      return { results: { said: step }, log: [`${step} is done`], warning: null };
    },
    stopHook: () => {
      world.hook = null;
    },
    awaitMachineRunning: () => undefined,
    awaitGuestUp: (_, asked) => {
      world.proofsAsked.push(asked);
      if (world.machine?.running !== true) world.breaches.push('a guest was waited for that does not run');
      return PROOF;
    },
    removeMachine: () => {
      world.machine = null;
      world.log.push('machine removed');
    },
    takeOver: (_, adoption) => world.takeOver(adoption),
    removeLeftOver: () => {
      if (world.targetRan)
        throw ApplicationFailure.create({
          type: 'TargetUnclear',
          message: 'it may be in use',
          nonRetryable: true,
        });
      world.volumes.clear();
      Object.assign(world, { binder: false, converting: false, scratch: null, machine: null });
      world.log.push('what was left is removed');
      return world.stubborn;
    },
    removeEverything: () => {
      world.volumes.clear();
      world.copiers.clear();
      world.logins.clear();
      Object.assign(world, { binder: false, converting: false, scratch: null });
      world.log.push('everything removed');
      return world.stubborn;
    },
  };
}

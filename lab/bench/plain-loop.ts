/**
 * A wave without Temporal: the activities of a migration that goes well, one after the other, in this process's
 * memory. A crash would lose the wave, so the extra time of a durable wave is the price of durability.
 *
 * Only for the bench's own waves: their disks are imported, their sources are off, their targets stay off.
 */
import { KubeConfig } from '@kubernetes/client-node';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities';
import type {
  MainActivities,
  Manifests,
  MarkedVolume,
  ResolvedPage,
  WaitActivities,
} from '../../activities/interfaces';
import type { VolumeState } from '../../plan/copy-evidence';
import type { FrozenDisk, FrozenVm } from '../../plan/frozen';
import { vmRef } from '../../plan/vm-ref';
import { conversionId, copyId } from '../../plan/names';
import { labImage } from '../lab-images';
import type { LabState } from '../state';

type AllActivities = MainActivities & WaitActivities;

export class PlainLoop {
  private constructor(
    private readonly steps: AllActivities,
    readonly close: () => Promise<void>,
  ) {}

  /** With the rights of the lab's worker. */
  static open(lab: LabState): PlainLoop {
    const config = new KubeConfig();
    config.loadFromFile(lab.workerKubeconfig);
    const { main, waits, close } = createActivities({
      cluster: config,
      binderImage: labImage(lab.registry, 'pause'),
      cdiNamespace: 'cdi',
      plainHttpRegistries: [lab.registry],
    });
    return new PlainLoop(inActivities({ ...main, ...waits }), close);
  }

  /** Migrates all VMs of a plan at once. */
  async migrate(manifests: Manifests): Promise<void> {
    const vms = await this.resolve(manifests);
    await Promise.all(vms.map((vm) => this.migrateVm(vm)));
  }

  private async resolve(manifests: Manifests): Promise<FrozenVm[]> {
    const vms: FrozenVm[] = [];
    let images: ResolvedPage['images'];
    for (let offset: number | null = 0; offset !== null;) {
      const page: ResolvedPage = await this.steps.resolvePlan({ manifests, offset, images });
      const problem = page.problems.find(({ severity }) => severity === 'error');
      if (problem !== undefined) throw new Error(`the plan can't be run: ${problem.found}`);
      vms.push(...page.vms);
      ({ images, next: offset } = page);
    }
    return vms;
  }

  /** The steps of `migrateVm` and `copyDisk` where nothing fails. */
  private async migrateVm(vm: FrozenVm): Promise<void> {
    const { steps } = this;
    const ref = vmRef(vm);
    const source = { source: vm.source, moref: vm.vm.moref };
    const { importRestarts: maxRestarts, copyDeadlineSeconds, convertDeadlineSeconds } = vm.policy;

    const [connection] = await Promise.all([steps.checkSource(vm), steps.checkTarget(vm)]);
    const scratchUid = await steps.bindVolumes(vm, connection);
    await steps.readPower(source);
    await steps.checkSource(vm, { power: true });
    const keys = vm.disks.map(({ key }) => key);
    await steps.releaseVolumes(vm, keys.slice(0, vm.policy.maxConcurrentDisks));
    const request = { vm: ref, maxRestarts, deadlineSeconds: copyDeadlineSeconds };
    const copied = volumesOf(vm, 'copied');
    let left = vm.disks.length;
    const copy = async (disk: FrozenDisk, place: number) => {
      await steps.awaitImport({ ...request, disk });
      left -= 1;
      if (left === 0) return;
      // While others are still copied.
      await steps.readPower(source);
      await steps.markVolume({ vm: ref, ...copied[place]!, again: false });
    };
    await Promise.all(vm.disks.map(copy));

    await steps.readPower(source);
    const converting = volumesOf(vm, 'converting');
    await Promise.all(converting.map((volume) => steps.markVolume({ vm: ref, ...volume, again: false })));
    const id = conversionId(
      ref,
      converting.map(({ marker }) => marker.copyId),
    );
    await steps.startConversion(vm, { attempt: 1, conversionId: id, resume: false });
    const report = await steps.awaitConversion(ref, 1, convertDeadlineSeconds);
    await steps.createMachine(vm, report, volumesOf(vm, 'converted'));
    await steps.readPower(source);
    await steps.tidy(ref, scratchUid);
  }
}

function volumesOf({ baseName, disks }: FrozenVm, state: VolumeState): MarkedVolume[] {
  return disks.map(({ key, volumeName }) => ({
    volumeName,
    marker: { state, copyId: copyId({ baseName }, key, 1) },
  }));
}

/** Activities ask Temporal whether another worker has taken their step over. A plain loop has no other worker. */
const NOBODY_ELSE = {
  withDeadline: (_: number, ask: () => unknown) => ask(),
  withAbortSignal: (_: AbortSignal, ask: () => unknown) => ask(),
  activity: { heartbeat: () => Promise.resolve() },
} as unknown as Client;

/** Gives each call a context of Temporal, from which activities read their deadline and their cancellation. */
function inActivities<T extends object>(activities: T): T {
  const inContext = Object.entries(activities).map(([name, activity]) => {
    const run = (...args: unknown[]) =>
      new MockActivityEnvironment({ scheduledTimestampMs: Date.now() }, { client: NOBODY_ELSE }).run(
        activity as (...given: unknown[]) => Promise<unknown>,
        ...args,
      );
    return [name, run];
  });
  return Object.fromEntries(inContext) as T;
}

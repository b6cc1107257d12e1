/** The doors to the target cluster: looks up the client, runs the work, and lets no foreign error out. */
import type { TargetRef } from '../../plan/frozen';
import type { TargetActivities, WaitActivities } from '../contract';
import { heartbeating } from '../progress';
import type { AllowedImages } from '../registry/allowed-images';
import { awaitVolumesBound } from './binding';
import type { CdiSchemas } from './cdi';
import type { Cluster, Clusters } from './clusters';
import { probeConverter } from './converter-probe';
import { awaitConversion, startConversion, stopConversion } from './conversion';
import { readCopyLog } from './copy-log';
import { toFailure } from './errors';
import { awaitImport } from './imports';
import { readConsole } from './guest-console';
import { awaitGuestUp } from './guest-up';
import type { Informers } from './informers';
import { awaitMachineRunning, createMachine, removeMachine, startMachine } from './machines';
import { awaitPlugin, startPlugin } from './plugin-copies';
import { checkTarget } from './preflight';
import type { RightsReviews } from './rights';
import type { Scope } from './scope';
import type { SecretReader } from './secret-reader';
import { discardScratch } from './scratch';
import { readSourceAuthority, readSourceLogin } from './source-login';
import { removeEverything, tidy } from './tidy';
import type { VddkImages } from './vddk-images';
import { giveLogins } from './source-access';
import { markVolume } from './volume-markers';
import { discardVolume, ensureVolumes, releaseVolumes, stopCopy } from './volumes';

export interface TargetDependencies {
  clusters: Clusters;
  informers: Informers;
  /** Image of a container that does nothing. */
  binderImage: string;
  schemas: CdiSchemas;
  vddkImages: VddkImages;
  rights: RightsReviews;
  /** Of the worker's own cluster. */
  secrets: SecretReader;
  allowed: AllowedImages;
}

/** Waits on a target cluster; the source's own wait lives with the source. */
export type TargetWaits = Omit<WaitActivities, 'awaitPoweredOff'>;

/** Quick ones and waits apart, for they are registered on different queues. */
export function createTargetActivities(dependencies: TargetDependencies): {
  quick: TargetActivities;
  waits: TargetWaits;
} {
  const doors = new Doors(dependencies);
  return { quick: quickActivities(doors, dependencies), waits: waitActivities(doors, dependencies) };
}

/** Anything that says which target it is about. */
interface Aimed {
  target: TargetRef;
}

class Doors {
  constructor(private readonly dependencies: TargetDependencies) {}

  async quick<R>({ target }: Aimed, work: (cluster: Cluster) => Promise<R>): Promise<R> {
    try {
      return await work(await this.dependencies.clusters.target(target));
    } catch (error) {
      throw toFailure(error);
    }
  }

  wait<R>({ target }: Aimed, work: (scope: Scope) => Promise<R>): Promise<R> {
    const { clusters, informers } = this.dependencies;
    return heartbeating(async (waiting) => {
      try {
        return await work({ ...waiting, informers, cluster: await clusters.target(target) });
      } catch (error) {
        throw toFailure(error);
      }
    });
  }
}

function quickActivities(doors: Doors, dependencies: TargetDependencies): TargetActivities {
  const { allowed, secrets } = dependencies;
  return {
    checkTarget: (vm) =>
      doors.quick(vm, async (cluster) => {
        allowed.require(vm);
        await checkTarget(cluster, vm, dependencies);
      }),
    markVolume: (request) => doors.quick(request.vm, ({ api }) => markVolume(api, request)),
    startPlugin: (request) =>
      doors.quick(request.vm, async ({ api }) => {
        allowed.require({ disks: [request.disk] });
        await startPlugin(api, request, await readSourceLogin(secrets, request.vm.source));
      }),
    startConversion: (vm, attempt) =>
      doors.quick(vm, async ({ api }) => {
        allowed.require({ conversion: vm.conversion });
        return startConversion(api, vm, attempt);
      }),
    readCopyLog: (request) => doors.quick(request.vm, ({ api }) => readCopyLog(api, request)),
    readConsole: ({ vm, lines }) => doors.quick(vm, ({ api }) => readConsole(api, vm, lines)),
    createMachine: (vm, conversion, volumes) =>
      doors.quick(vm, ({ api }) => createMachine(api, vm, { conversion, volumes })),
    startMachine: (vm) => doors.quick(vm, ({ api }) => startMachine(api, vm)),
    tidy: (vm, scratchUid) => doors.quick(vm, ({ api }) => tidy(api, vm, scratchUid)),
  };
}

function waitActivities(doors: Doors, dependencies: TargetDependencies): TargetWaits {
  const { allowed, binderImage, schemas, secrets } = dependencies;
  return {
    bindVolumes: (vm, connection) =>
      doors.wait(vm, async (scope) => {
        const readAuthority = () => readSourceAuthority(secrets, vm.source);
        const options = { binderImage, connection, schemas, readAuthority };
        const scratchUid = await ensureVolumes(scope.cluster, vm, options);
        await awaitVolumesBound(scope, vm);
        return scratchUid;
      }),
    probeConverter: (vm, seconds) =>
      doors.wait(vm, async (scope) => {
        allowed.require({ conversion: vm.conversion });
        return probeConverter(scope, vm, seconds);
      }),
    releaseVolumes: (vm, startWith) =>
      doors.wait(vm, async (scope) => {
        const first = vm.disks.filter(
          ({ key, method }) => method.kind === 'import' && startWith.includes(key),
        );
        if (first.length > 0) await giveLogins(scope, vm, first, await readSourceLogin(secrets, vm.source));
        await releaseVolumes(scope, vm);
      }),
    awaitPlugin: (request) => doors.wait(request.vm, (scope) => awaitPlugin(scope, request)),
    awaitImport: (request) =>
      doors.wait(request.vm, async (scope) =>
        awaitImport(scope, request, await readSourceLogin(secrets, request.vm.source)),
      ),
    stopCopy: (request) => doors.wait(request.vm, (scope) => stopCopy(scope, request)),
    discardVolume: (request) => doors.wait(request.vm, (scope) => discardVolume(scope, request)),
    awaitConversion: (vm, attempt, deadlineSeconds) =>
      doors.wait(vm, (scope) => awaitConversion(scope, { vm, attempt, deadlineSeconds })),
    stopConversion: (vm) => doors.wait(vm, (scope) => stopConversion(scope, vm)),
    discardScratch: (vm) => doors.wait(vm, (scope) => discardScratch(scope, vm)),
    awaitGuestUp: (vm, verify) => doors.wait(vm, (scope) => awaitGuestUp(scope, vm, verify)),
    awaitMachineRunning: (vm, seconds) => doors.wait(vm, (scope) => awaitMachineRunning(scope, vm, seconds)),
    removeMachine: (vm) => doors.wait(vm, (scope) => removeMachine(scope, vm)),
    removeEverything: (vm) => doors.wait(vm, (scope) => removeEverything(scope, vm)),
  };
}

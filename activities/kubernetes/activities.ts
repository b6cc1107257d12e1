/** The doors to the target cluster: looks up the client, runs the work, and lets no foreign error out. */
import type { TargetRef } from '../../plan/frozen';
import type { TargetActivities, WaitActivities } from '../contract';
import { awaitVolumesBound } from './binding';
import type { CdiSchemas } from './cdi';
import type { Cluster, Clusters } from './clusters';
import { awaitConversion, startConversion, stopConversion } from './conversion';
import { toFailure } from './errors';
import { awaitImport } from './imports';
import type { Informers } from './informers';
import { awaitMachineRunning, createMachine, removeMachine, startMachine } from './machines';
import { awaitPlugin, startPlugin } from './plugin-copies';
import { checkTarget } from './preflight';
import { heartbeating } from './progress';
import type { RightsReviews } from './rights';
import type { Scope } from './scope';
import type { SecretReader } from './secret-reader';
import { readSourceAuthority, readSourceLogin } from './source-login';
import { removeEverything, tidy } from './tidy';
import type { VddkImages } from './vddk-images';
import { discardVolume, ensureVolumes, markVolume, releaseVolumes, stopCopy } from './volumes';

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
  const { binderImage, schemas, secrets } = dependencies;
  return {
    checkTarget: (vm) => doors.quick(vm, async (cluster) => checkTarget(cluster, vm, dependencies)),
    ensureVolumes: (vm, connection) =>
      doors.quick(vm, async (cluster) => {
        const readAuthority = () => readSourceAuthority(secrets, vm.source);
        await ensureVolumes(cluster, vm, { binderImage, connection, schemas, readAuthority });
      }),
    markVolume: (request) => doors.quick(request.vm, ({ api }) => markVolume(api, request)),
    startPlugin: (request) => doors.quick(request.vm, ({ api }) => startPlugin(api, request)),
    startConversion: (vm, attempt) => doors.quick(vm, ({ api }) => startConversion(api, vm, attempt)),
    createMachine: (vm, conversion) => doors.quick(vm, ({ api }) => createMachine(api, vm, conversion)),
    startMachine: (vm) => doors.quick(vm, ({ api }) => startMachine(api, vm)),
    tidy: (vm) => doors.quick(vm, ({ api }) => tidy(api, vm)),
  };
}

function waitActivities(doors: Doors, { secrets }: TargetDependencies): TargetWaits {
  return {
    awaitVolumesBound: (vm) => doors.wait(vm, (scope) => awaitVolumesBound(scope, vm)),
    releaseVolumes: (vm) =>
      doors.wait(vm, async (scope) => releaseVolumes(scope, vm, await readSourceLogin(secrets, vm.source))),
    awaitPlugin: (request) => doors.wait(request.vm, (scope) => awaitPlugin(scope, request)),
    awaitImport: (request) => doors.wait(request.vm, (scope) => awaitImport(scope, request)),
    stopCopy: (request) => doors.wait(request.vm, (scope) => stopCopy(scope, request)),
    discardVolume: (request) => doors.wait(request.vm, (scope) => discardVolume(scope, request)),
    awaitConversion: (vm, attempt, deadlineSeconds) =>
      doors.wait(vm, (scope) => awaitConversion(scope, { vm, attempt, deadlineSeconds })),
    stopConversion: (vm) => doors.wait(vm, (scope) => stopConversion(scope, vm)),
    awaitMachineRunning: (vm, seconds) => doors.wait(vm, (scope) => awaitMachineRunning(scope, vm, seconds)),
    removeMachine: (vm) => doors.wait(vm, (scope) => removeMachine(scope, vm)),
    removeEverything: (vm) => doors.wait(vm, (scope) => removeEverything(scope, vm)),
  };
}

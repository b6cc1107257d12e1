/** The doors to the target cluster: looks up the client, runs the work, and lets no foreign error out. */
import { Context } from '@temporalio/activity';
import { judgeLeftOver, type SourceNow } from '../../plan/adoption';
import type { OffEvidence } from '../../plan/copy-evidence';
import type { FrozenVm } from '../../plan/frozen';
import type { VmRef } from '../../plan/vm-ref';
import type {
  RollBackActivities,
  SourceConnection,
  TargetActivities,
  WaitActivities,
  WatchedVm,
} from '../interfaces';
import { readMigration } from '../finished-migration';
import type { OffProof, ProveOff } from '../off-proof';
import { beating, heartbeating } from '../progress';
import { requireStillOurs } from '../still-ours';
import type { AllowedImages } from './access/allowed-images';
import { awaitVolumesBound } from './volumes/binding';
import type { CdiSchemas } from './volumes/cdi';
import { requireDevices } from './volumes/devices';
import type { Cluster, Clusters } from './access/clusters';
import { probeConverter } from './conversion/converter-probe';
import { awaitConversion, startConversion, stopConversion } from './conversion/conversion';
import { readCopyLog } from './copies/copy-log';
import { withoutForeignErrors } from './api/errors';
import { runImport } from './copies/imports';
import { readConsole } from './machine/guest-console';
import { awaitGuestUp } from './machine/guest-up';
import type { Informers } from './waiting/informers';
import { awaitMachineRunning, createMachine, removeMachine, startMachine } from './machine/machines';
import { awaitPlugin, startPlugin } from './copies/plugin-copies';
import { readLeftBehind } from './target/left-behind';
import { checkTarget } from './target/target-check';
import { readGuestKeys } from './access/guest-keys';
import { readGuestScripts } from './access/guest-scripts';
import { requireAccounts } from './access/pod-accounts';
import { requirePluginSecrets } from './access/plugin-secrets';
import { awaitHook, startHook, stopHook } from './hooks/hooks';
import type { PodRules } from './admission/pod-rules';
import type { RightsReviews } from './target/rights';
import {
  deleteTarget,
  lookAtTarget,
  noteFinal,
  noteRolledBack,
  resumeTarget,
  stopTarget,
} from './machine/roll-back';
import type { Scope } from './waiting/scope';
import { discardScratch } from './volumes/scratch';
import { readImportRoute, type ReadHost } from './copies/import-route';
import { importLogins, readSourceLogin } from './copies/source-login';
import { removeLeftOver, takeOver } from './take-over';
import { removeEverything, tidy } from './tidy';
import type { TargetNamespaces } from './access/target-namespaces';
import { ensureLogins } from './copies/source-access';
import { markVolume } from './volumes/volume-markers';
import { discardVolume, stopCopy } from './copies/stop-copy';
import { releaseVolumes } from './volumes/binder';
import { awaitSharedDisks } from './volumes/shared-disks';
import { ensureVolumes } from './volumes/volumes';

export interface TargetDependencies extends PodRules {
  clusters: Clusters;
  informers: Informers;
  schemas: CdiSchemas;
  rights: RightsReviews;
  namespaces: TargetNamespaces;
  /** How the VM's host and vCenter are reached, read from vCenter now. */
  readConnection: (vm: VmRef) => Promise<SourceConnection>;
  /** The certificate of an ESXi host at which importers are to read the VM's disks. */
  readHost: ReadHost;
  proveOff: ProveOff;
  allowed: AllowedImages;
  /** The source as vCenter shows it now. */
  readSource: (vm: FrozenVm) => Promise<SourceNow>;
}

/** Waits on a target cluster; the source's own wait lives with the source. */
export type TargetWaits = Omit<WaitActivities, 'awaitPoweredOff'>;

/** Quick ones and waits apart, for they are registered on different queues. */
export function createTargetActivities(dependencies: TargetDependencies): {
  quick: TargetActivities;
  waits: TargetWaits;
  back: RollBackActivities;
} {
  const doors = new Doors(dependencies);
  return {
    quick: quickActivities(doors, dependencies),
    waits: waitActivities(doors, dependencies),
    back: rollBackActivities(doors, dependencies),
  };
}

/** Anything that says which target it is about. */
type Aimed = Pick<VmRef, 'target' | 'namespace'>;

class Doors {
  constructor(private readonly dependencies: TargetDependencies) {}

  quick<R>(aimed: Aimed, work: (cluster: Cluster) => Promise<R>): Promise<R> {
    return beating(() => withoutForeignErrors(async () => work(await this.consenting(aimed))));
  }

  wait<R>(aimed: Aimed, work: (scope: Scope) => Promise<R>): Promise<R> {
    return this.waiting(() => this.consenting(aimed), work);
  }

  /** Removes or voids what carries our labels, and nothing else: it goes on where the owner's leave was taken back. */
  quickEnding<R>({ target }: Aimed, work: (cluster: Cluster) => Promise<R>): Promise<R> {
    return beating(() =>
      withoutForeignErrors(async () => work(await this.dependencies.clusters.target(target))),
    );
  }

  /** As {@link quickEnding}, for work that waits. */
  ending<R>({ target }: Aimed, work: (scope: Scope) => Promise<R>): Promise<R> {
    return this.waiting(async () => {
      // A worker that slept meanwhile must not remove what was made after another one had taken the ending over.
      await requireStillOurs();
      return this.dependencies.clusters.target(target);
    }, work);
  }

  /** @throws NamespaceNotConsented */
  private async consenting({ target, namespace }: Aimed): Promise<Cluster> {
    const { clusters, namespaces } = this.dependencies;
    const cluster = await clusters.target(target);
    await namespaces.require(cluster, { namespace, url: target.url });
    return cluster;
  }

  private waiting<R>(open: () => Promise<Cluster>, work: (scope: Scope) => Promise<R>): Promise<R> {
    const { informers } = this.dependencies;
    return heartbeating((waiting) =>
      withoutForeignErrors(async () => work({ ...waiting, informers, cluster: await open() })),
    );
  }
}

/** The run of the workflow that the activity is of. */
function thisRun(): string {
  return Context.current().info.workflowExecution?.runId ?? '';
}

function quickActivities(doors: Doors, dependencies: TargetDependencies): TargetActivities {
  const { allowed, clusters, readConnection, readSource } = dependencies;
  const { secrets } = clusters;
  return {
    checkTarget: (vm) =>
      doors.quick(vm, async (cluster) => {
        allowed.require(vm);
        await readGuestKeys(clusters.own.api, vm, allowed);
        await readGuestScripts(clusters.own.api, vm, allowed);
        await checkTarget(cluster, vm, dependencies);
      }),
    judgeLeftOver: (vm) =>
      doors.quick(vm, async ({ api }) => {
        const left = await readLeftBehind(api, vm);
        return judgeLeftOver(vm, left, await readSource(vm));
      }),
    markVolume: (request) =>
      request.marker === null
        ? doors.quickEnding(request.vm, ({ api }) => markVolume(api, request))
        : doors.quick(request.vm, ({ api }) => markVolume(api, request)),
    startPlugin: (request) =>
      doors.quick(request.vm, async (cluster) => {
        const { vm, disk } = request;
        allowed.require({ disks: [disk] });
        await requirePluginSecrets(cluster, { namespace: vm.namespace, disks: [disk] }, allowed);
        await requireAccounts(cluster, { namespace: vm.namespace, disks: [disk] }, allowed);
        const login = await readSourceLogin(secrets, vm, [disk]);
        // Not as whoever started the copy says: the plugin logs in there.
        const connection = await readConnection(vm);
        await startPlugin(cluster.api, { ...request, connection }, login);
      }),
    startConversion: (vm, attempt) =>
      doors.quick(vm, async (cluster) => {
        const { api } = cluster;
        allowed.require({ conversion: vm.conversion });
        await requireAccounts(cluster, ownPodsOf(vm), allowed);
        const passphrases = await readGuestKeys(clusters.own.api, vm, allowed);
        const scripts = await readGuestScripts(clusters.own.api, vm, allowed);
        return startConversion(api, vm, attempt, { passphrases, scripts });
      }),
    startHook: (request) =>
      doors.quick(request.vm, async (cluster) => {
        const { namespace, hooks = [] } = request.vm;
        const used = hooks.filter(({ step }) => step === request.step);
        allowed.require({ hooks: used });
        await requireAccounts(cluster, { namespace, hooks: used }, allowed);
        await startHook(cluster.api, request);
      }),
    readCopyLog: (request) => doors.quick(request.vm, ({ api }) => readCopyLog(api, request)),
    readConsole: ({ vm, lines }) => doors.quick(vm, ({ api }) => readConsole(api, vm, lines)),
    createMachine: (vm, conversion, volumes, attached) =>
      doors.quick(vm, ({ api }) => createMachine(api, vm, { conversion, volumes, attached })),
    startMachine: (vm, off, others) =>
      doors.quick(vm, ({ api }) => startMachine(api, vm, proofOf(dependencies, vm, off, others))),
    tidy: (vm, scratchUid) =>
      doors.quickEnding(vm, ({ api }) =>
        tidy(api, vm, { scratchUid, runId: thisRun(), at: new Date().toISOString() }),
      ),
  };
}

/** Those that work on the guest as a whole. */
function ownPodsOf({ namespace, serviceAccount, conversion }: FrozenVm) {
  return { namespace, serviceAccount, conversion };
}

/** Undefined where an older version asks, which has looked at the source itself. */
function proofOf(
  { proveOff }: TargetDependencies,
  vm: VmRef,
  off: OffEvidence | undefined,
  others?: readonly WatchedVm[],
): (() => Promise<OffProof>) | undefined {
  return off === undefined ? undefined : () => proveOff(vm, off, others);
}

function waitActivities(doors: Doors, dependencies: TargetDependencies): TargetWaits {
  const { allowed, binderImage, clusters, schemas } = dependencies;
  const { secrets } = clusters;
  return {
    awaitSharedDisks: (vm, seconds) => doors.wait(vm, (scope) => awaitSharedDisks(scope, vm, seconds)),
    bindVolumes: (vm, connection) =>
      doors.wait(vm, async (scope) => {
        allowed.require({ source: vm.source, disks: vm.disks, conversion: vm.conversion });
        await requireAccounts(scope.cluster, { ...vm, hooks: [] }, allowed);
        const readRoute = () => readImportRoute(dependencies, vm, connection);
        const options = { binderImage, schemas, readRoute };
        const scratchUid = await ensureVolumes(scope.cluster, vm, options);
        await awaitVolumesBound(scope, vm);
        await requireDevices(scope, vm);
        return scratchUid;
      }),
    probeConverter: (vm, seconds) =>
      doors.wait(vm, async (scope) => {
        allowed.require({ conversion: vm.conversion });
        await requireAccounts(scope.cluster, ownPodsOf(vm), allowed);
        return probeConverter(scope, vm, seconds);
      }),
    releaseVolumes: (vm, startWith) =>
      doors.wait(vm, async (scope) => {
        const first = vm.disks.filter(
          ({ key, method }) => method.kind === 'import' && startWith.includes(key),
        );
        allowed.require({ source: vm.source, disks: first });
        await ensureLogins(scope, vm, first, (request) => importLogins(secrets, request));
        await releaseVolumes(scope, vm);
      }),
    awaitPlugin: (request) => doors.wait(request.vm, (scope) => awaitPlugin(scope, request)),
    awaitImport: (request) =>
      doors.wait(request.vm, async (scope) => {
        const { namespace, source } = request.vm;
        allowed.require({ source, disks: [request.disk] });
        await requireAccounts(scope.cluster, { namespace, source, disks: [request.disk] }, allowed);
        return runImport(scope, request, importLogins(secrets, request));
      }),
    stopCopy: (request) => doors.ending(request.vm, (scope) => stopCopy(scope, request)),
    discardVolume: (request) => doors.ending(request.vm, (scope) => discardVolume(scope, request)),
    awaitConversion: (vm, attempt, deadlineSeconds, startDeadlineSeconds) =>
      doors.wait(vm, (scope) =>
        awaitConversion(scope, { vm, attempt, deadlineSeconds, startDeadlineSeconds }),
      ),
    stopConversion: (vm) => doors.ending(vm, (scope) => stopConversion(scope, vm)),
    discardScratch: (vm) => doors.ending(vm, (scope) => discardScratch(scope, vm)),
    awaitHook: (awaited) => doors.wait(awaited.vm, (scope) => awaitHook(scope, awaited)),
    stopHook: (vm) => doors.ending(vm, (scope) => stopHook(scope, vm)),
    awaitGuestUp: (vm, verify) => doors.wait(vm, (scope) => awaitGuestUp(scope, vm, verify)),
    awaitMachineRunning: (vm, seconds) => doors.wait(vm, (scope) => awaitMachineRunning(scope, vm, seconds)),
    takeOver: (vm, adoption) =>
      doors.wait(vm, async (scope) => {
        // As all that removes: see `ending`.
        await requireStillOurs();
        return takeOver(scope, vm, { adoption, runId: thisRun() });
      }),
    removeLeftOver: (vm) => doors.ending(vm, (scope) => removeLeftOver(scope, vm, thisRun())),
    removeMachine: (vm) => doors.ending(vm, (scope) => removeMachine(scope, vm, thisRun())),
    removeEverything: (vm) => doors.ending(vm, (scope) => removeEverything(scope, vm, thisRun())),
  };
}

/** They stop and remove only what is Drover's, and go on where the owner's leave was taken back; a start needs it. */
function rollBackActivities(doors: Doors, dependencies: TargetDependencies): RollBackActivities {
  const now = () => new Date().toISOString();
  return {
    readMigration: (run) => beating(() => readMigration(run)),
    lookAtTarget: (vm, runId) => doors.quickEnding(vm, ({ api }) => lookAtTarget(api, vm, runId)),
    stopTarget: (target) => doors.ending(target.vm, (scope) => stopTarget(scope, target)),
    resumeTarget: (target, strategy, off) =>
      doors.quick(target.vm, ({ api }) =>
        resumeTarget(api, target, strategy, proofOf(dependencies, target.vm, off)),
      ),
    noteRolledBack: (target, runId) =>
      doors.quickEnding(target.vm, ({ api }) => noteRolledBack(api, target, { runId, at: now() })),
    noteFinal: (target) => doors.quickEnding(target.vm, ({ api }) => noteFinal(api, target, now())),
    deleteTarget: (target) => doors.ending(target.vm, (scope) => deleteTarget(scope, target)),
  };
}

/**
 * What an operator wants changed of a parked VM, checked as a plan is: its values, its images at their registries, its classes at
 * the target, what the target would refuse, and whether owners of Secrets agree. It makes nothing.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { changeVm as change, type ChangeWorld, keptChanges } from '../plan/changes/change-vm';
import { type Change, readChanges } from '../plan/changes/read-changes';
import { kindsOf, notImported } from '../plan/disk-kinds';
import { describeFailure, type FailureKind } from '../plan/failures';
import { type FrozenVm, imagesGivenLogin } from '../plan/frozen';
import { type CheckedImages, NO_IMAGES, type WantedImage } from '../plan/images';
import { MOST_PROBLEMS_SHOWN } from '../plan/limits';
import { DEFAULT_ACCOUNT } from '../plan/pod-accounts';
import { cutProblems, errorAt, type Problem } from '../plan/problem';
import { consentProblem } from '../plan/resolve/check-consent';
import type { ChangedVm, ChangeRequest } from './interfaces';
import { failure } from './failure';
import type { Cluster, Clusters } from './kubernetes/access/clusters';
import { readGuestKeys } from './kubernetes/access/guest-keys';
import { readGuestScripts } from './kubernetes/access/guest-scripts';
import { requireAccounts } from './kubernetes/access/pod-accounts';
import { requirePluginSecrets } from './kubernetes/access/plugin-secrets';
import type { TargetNamespaces } from './kubernetes/access/target-namespaces';
import { tryPlan } from './kubernetes/admission/plan-trials';
import type { PodRules } from './kubernetes/admission/pod-rules';
import { clusterFailure, withoutForeignErrors } from './kubernetes/api/errors';
import { readStorage } from './kubernetes/target/inventory';
import { requireImporter } from './kubernetes/target/target-check';
import type { CdiSchemas } from './kubernetes/volumes/cdi';
import { checkImages, type RegistrySettings } from './registry/check-images';
import { readVms } from './vsphere/inventory';
import type { VcenterPool } from './vsphere/pool';

export interface ChangeDependencies extends PodRules {
  pool: VcenterPool;
  clusters: Clusters;
  schemas: CdiSchemas;
  namespaces: TargetNamespaces;
  registries: RegistrySettings;
}

export async function changeVm(dependencies: ChangeDependencies, request: ChangeRequest): Promise<ChangedVm> {
  const { vm } = request;
  const { changes, problems: unread } = readChanges(request.changes);
  const cluster = await openTarget(dependencies, vm);
  const world = await readWorld(dependencies, cluster, vm, changes);
  const changed = change(vm, changes, world);
  const problems = [...unread, ...changed.problems];
  if (changed.problems.length === 0) problems.push(...(await refusalsOf(dependencies, cluster, changed.vm)));
  if (problems.length > 0)
    return { vm: null, problems: cutProblems(problems, MOST_PROBLEMS_SHOWN), kept: [] };
  return { vm: changed.vm, problems: [], kept: keptChanges(vm, changed.vm, changes) };
}

async function openTarget({ clusters, namespaces }: ChangeDependencies, vm: FrozenVm): Promise<Cluster> {
  return withoutForeignErrors(async () => {
    const cluster = await clusters.target(vm.target);
    await namespaces.require(cluster, { namespace: vm.namespace, url: vm.target.url });
    return cluster;
  });
}

// ---- What the changes need to know --------------------------------------------------------------------------

const PLACES: readonly Change['row'][] = [
  'disk.N.storageClass',
  'disk.N.volumeMode',
  'disk.N.accessMode',
  'conversionTempStorageSize',
];

/** Reads nothing that no change asks for. */
async function readWorld(
  dependencies: ChangeDependencies,
  cluster: Cluster,
  vm: FrozenVm,
  changes: readonly Change[],
): Promise<ChangeWorld> {
  const isAsked = (...rows: readonly Change['row'][]) => changes.some(({ row }) => rows.includes(row));
  const [storage, images, unimportable] = await Promise.all([
    isAsked(...PLACES)
      ? withoutForeignErrors(() => readStorage(cluster, dependencies.configs))
      : { storageClasses: [], filesystemOverhead: {} },
    lookAtImages(dependencies, cluster, vm, wantedImages(vm, changes)),
    isAsked('disk.N.fallback') ? readUnimportable(dependencies, vm) : new Map<number, never>(),
  ]);
  return { ...storage, images, unimportable };
}

function wantedImages({ disks }: FrozenVm, changes: readonly Change[]): WantedImage[] {
  return changes.flatMap(({ row, disk, value }): WantedImage[] => {
    if (row === 'conversionImage') return [{ image: String(value), pullSecret: null }];
    if (row !== 'disk.N.image') return [];
    const method = disks.find(({ index }) => index === disk)?.method;
    if (method?.kind !== 'plugin') return [];
    return [{ image: String(value), pullSecret: method.imagePullSecret ?? null }];
  });
}

function lookAtImages(
  { registries }: ChangeDependencies,
  cluster: Cluster,
  { namespace, policy, serviceAccount }: FrozenVm,
  wanted: readonly WantedImage[],
): Promise<CheckedImages> {
  if (wanted.length === 0) return Promise.resolve(NO_IMAGES);
  return withoutForeignErrors(() =>
    checkImages({
      cluster,
      namespace,
      account: serviceAccount ?? DEFAULT_ACCOUNT,
      wanted,
      unasked: [],
      registryCa: policy.registryCa ?? null,
      settings: registries,
      signal: Context.current().cancellationSignal,
    }),
  );
}

/** As the source has its disks now. */
async function readUnimportable(
  { pool }: ChangeDependencies,
  vm: FrozenVm,
): Promise<ChangeWorld['unimportable']> {
  const [source] = await pool.use(vm.source, (vim) => readVms(vim, [vm.vm.moref]));
  if (source === undefined) throw failure('SourceVmMissing', `the vCenter has no VM ${vm.vm.moref}`);
  return new Map(source.disks.map((disk) => [disk.key, notImported(kindsOf(disk, source))]));
}

// ---- What others refuse -------------------------------------------------------------------------------------

/** Objects of the migration exist already, so its Pods and claims are tried under other names, and not added to quotas. */
async function refusalsOf(
  dependencies: ChangeDependencies,
  cluster: Cluster,
  vm: FrozenVm,
): Promise<Problem[]> {
  const { clusters, registries } = dependencies;
  const place = { namespace: vm.namespace, url: vm.target.url };
  const handing = { place, images: imagesGivenLogin(vm) };
  const [image, accounts, secrets, keys, scripts, importer, login, answers] = await Promise.all([
    refusalOf(() => registries.allowed.require(vm)),
    refusalOf(() => requireAccounts(cluster, vm, registries.allowed)),
    refusalOf(() => requirePluginSecrets(cluster, vm, registries.allowed)),
    refusalOf(() => readGuestKeys(clusters.own.api, vm, registries.allowed)),
    refusalOf(() => readGuestScripts(clusters.own.api, vm, registries.allowed)),
    refusalOf(() => requireImporter(cluster, vm, dependencies)),
    clusters.secrets.missing({ ...vm.source, type: 'vsphere' }, handing),
    withoutForeignErrors(() => tryPlan(cluster, [vm], () => true, dependencies)),
  ]);
  return [
    ...[image, accounts, secrets, keys, scripts, importer].flat(),
    ...(login === null ? [] : [consentProblem({ path: '' }, login)]),
    ...answers.refusals.map(({ why, kind }) => errorAt({ path: '' }, why, describeFailure(kind, why).remedy)),
  ];
}

/** One that time may mend is no answer: the whole check fails with it. */
async function refusalOf(check: () => unknown): Promise<Problem[]> {
  try {
    await check();
    return [];
  } catch (error) {
    const refused: unknown = clusterFailure(error);
    if (!(refused instanceof ApplicationFailure) || refused.nonRetryable !== true) throw refused;
    const { remedy } = describeFailure(refused.type as FailureKind, refused.message);
    return [errorAt({ path: '' }, refused.message, remedy)];
  }
}

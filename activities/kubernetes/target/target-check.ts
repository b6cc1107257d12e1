/** Finds whatever the target would refuse, before Drover makes anything. */
import { type FrozenDisk, type FrozenVm, mayImport } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import type { MissingRights } from '../../../plan/inventory';
import { rightsText } from '../../../plan/resolve/check-rights';
import { authorityName } from '../../../plan/names';
import { failure } from '../../failure';
import type { AllowedImages } from '../access/allowed-images';
import type { CdiSchemas } from '../volumes/cdi';
import type { Cluster } from '../access/clusters';
import { isMissing, isTaken } from '../api/errors';
import { SAMPLE_SERVER, sampleConversion, samplePlugin } from '../admission/future-pods';
import {
  type ApiObject,
  DATA_VOLUMES,
  JOBS,
  type Kind,
  NAMESPACES,
  VIRTUAL_MACHINES,
  VOLUME_CLAIMS,
} from '../api/kinds';
import { type CdiFeatures, dataVolume, type ImportSource } from '../objects/data-volume';
import { hookJob } from '../objects/hook-job';
import { scratchClaim, UNUSED } from '../objects/scratch-claim';
import { virtualMachine } from '../objects/virtual-machine';
import { volumeClaim } from '../objects/volume-claim';
import { isOurs, nameTaken } from '../api/ownership';
import { leftOver, refuseFormer } from './refuse-former';
import { requireAccounts } from '../access/pod-accounts';
import { requirePluginSecrets } from '../access/plugin-secrets';
import { type PodRules, requirePods } from '../admission/pod-rules';
import type { RightsReviews } from './rights';
import type { VddkImages } from '../admission/vddk-images';

export interface PreflightOptions extends PodRules {
  schemas: CdiSchemas;
  rights: RightsReviews;
  allowed: AllowedImages;
}

/** A VM without imports needs no CDI. */
const NO_IMPORT: CdiFeatures = {
  initImageUrl: false,
  certConfigMap: false,
  extraArgs: false,
  instanceUuid: false,
};

/**
 * @throws TargetRightsMissing, AlreadyMigrated, TargetUnclear, TargetLeftOver, NameTaken, QuotaExceeded, PodRefused, NoNodeFits,
 * VddkImageMissing, TargetSecretMissing, SecretNotConsented, AccountNotConsented, TargetRefused
 */
export async function checkTarget(cluster: Cluster, vm: FrozenVm, options: PreflightOptions): Promise<void> {
  const missing = await options.rights.missing(cluster, vm.namespace);
  if (missing.length > 0) throw await refusal(cluster, vm, missing);
  await refuseFormer(cluster, vm);
  const features = await requireImporter(cluster, vm, options);
  await Promise.all([
    requirePluginSecrets(cluster, vm, options.allowed),
    requireAccounts(cluster, vm, options.allowed),
    dryRun(cluster, vm, VIRTUAL_MACHINES, virtualMachine(vm, sampleReport(vm))),
    ...vm.disks.flatMap((disk) => dryRunDisk(cluster, vm, disk, features)),
    ...dryRunConversion(cluster, vm),
    ...(vm.hooks ?? []).map((hook) => dryRun(cluster, vm, JOBS, hookJob(vm, hook, 1))),
  ]);
  // Last: a name that is taken is reported first, whatever else is wrong.
  await requirePods(cluster, vm, options);
}

/**
 * What CDI on the target can do, where the VM may need it.
 * @throws VddkImageMissing, TargetRefused
 */
export async function requireImporter(
  cluster: Cluster,
  vm: FrozenVm,
  options: { schemas: CdiSchemas; vddkImages: VddkImages },
): Promise<CdiFeatures> {
  if (!vm.disks.some(({ method }) => mayImport(method))) return NO_IMPORT;
  const features = await options.schemas.of(cluster);
  await checkVddkImage(cluster, vm, { ...options, features });
  return features;
}

/** Names the missing namespace as the cause, if it is missing: nobody has rights there. */
async function refusal({ api }: Cluster, { namespace }: FrozenVm, missing: MissingRights[]): Promise<Error> {
  const seen = !missing.some(({ rights }) => rights.includes('get namespaces'));
  return seen && (await api.findMetadata(NAMESPACES, { name: namespace })) === null
    ? failure('TargetRefused', `the target has no namespace ${namespace}`)
    : failure('TargetRightsMissing', `Drover lacks ${rightsText(missing)}`);
}

function dryRunConversion(cluster: Cluster, vm: FrozenVm): Promise<void>[] {
  const { conversion } = vm;
  if (conversion === null) return [];
  return [
    dryRun(cluster, vm, JOBS, sampleConversion(vm, conversion)),
    dryRun(cluster, vm, VOLUME_CLAIMS, scratchClaim(vm, conversion.scratch, UNUSED)),
  ];
}

function dryRunDisk(
  cluster: Cluster,
  vm: FrozenVm,
  disk: FrozenDisk,
  features: CdiFeatures,
): Promise<void>[] {
  switch (disk.method.kind) {
    case 'import':
      return [dryRunImport(cluster, vm, disk, features)];
    case 'plugin': {
      const job = samplePlugin(vm, disk);
      return [
        dryRun(cluster, vm, VOLUME_CLAIMS, volumeClaim(vmRef(vm), disk)),
        ...(job === null ? [] : [dryRun(cluster, vm, JOBS, job)]),
        ...(mayImport(disk.method) ? [dryRunImport(cluster, vm, disk, features)] : []),
      ];
    }
  }
}

/**
 * If the claim of a DataVolume exists, CDI refuses the DataVolume and does not say whose claim it is. Drover says it.
 */
async function dryRunImport(
  cluster: Cluster,
  vm: FrozenVm,
  disk: FrozenDisk,
  features: CdiFeatures,
): Promise<void> {
  try {
    await dryRun(cluster, vm, DATA_VOLUMES, dataVolume(vm, disk, sampleImport(vm, features)));
  } catch (error) {
    const claim = { name: disk.volumeName, namespace: vm.namespace };
    if (!(await isLeftToAdopt(cluster, vm, VOLUME_CLAIMS, claim))) throw error;
  }
}

async function dryRun<T extends ApiObject>(
  { api }: Cluster,
  vm: FrozenVm,
  kind: Kind<T>,
  object: T,
): Promise<void> {
  try {
    await api.create(kind, object, { dryRun: true });
  } catch (error) {
    if (isMissing(error)) {
      throw failure(
        'TargetRefused',
        `the target has no namespace ${vm.namespace}, or no ${kind.plural} (${kind.apiVersion})`,
      );
    }
    if (!isTaken(error)) throw error;
    const ref = { name: object.metadata?.name ?? '', namespace: vm.namespace };
    await isLeftToAdopt({ api }, vm, kind, ref);
  }
}

/**
 * Whether the object stands, of an unfinished run that this one adopts. False where there is none.
 * @throws TargetLeftOver where this run adopts nothing, NameTaken
 */
async function isLeftToAdopt<T extends ApiObject>(
  { api }: Pick<Cluster, 'api'>,
  vm: FrozenVm,
  kind: Kind<T>,
  ref: { name: string; namespace: string },
): Promise<boolean> {
  const live = await api.find(kind, ref);
  if (live === null) return false;
  if (!isOurs(live, vmRef(vm))) throw nameTaken(kind, ref.name, ref.namespace);
  if (vm.adopt !== true) throw leftOver(`${kind.kind} ${vm.namespace}/${ref.name}`);
  return true;
}

async function checkVddkImage(
  cluster: Cluster,
  vm: FrozenVm,
  { vddkImages, features }: { vddkImages: VddkImages; features: CdiFeatures },
): Promise<void> {
  if (features.initImageUrl && vm.source.vddkImage !== null) return;
  if ((await vddkImages.of(cluster)) === null) {
    throw failure(
      'VddkImageMissing',
      `neither Provider ${vm.source.provider.name} nor the target's CDI names a VDDK image`,
    );
  }
}

function sampleImport(vm: FrozenVm, features: CdiFeatures): ImportSource {
  const certConfigMap = features.certConfigMap ? authorityName(vm.baseName) : null;
  return { server: SAMPLE_SERVER, features, certConfigMap };
}

function sampleReport(vm: FrozenVm) {
  const converted = vm.conversion !== null;
  const guest = { os: null, osinfo: null, virtio: null, firmware: null, bootDisk: null };
  return { converted, ...guest, warnings: [], accelerator: null };
}

/** A VM of a plan without problems → the input of its migration. */
import { wantedDiskBus } from '../disk-bus';
import { NO_IMAGES } from '../images';
import {
  type AttachedDisk,
  type CopyMethod,
  type FrozenDisk,
  type FrozenNic,
  type FrozenVm,
  type LeftOut,
  mayImport,
} from '../frozen';
import { findInstanceType } from '../instance-type';
import type { BootDevice, SourceDisk, SourceVm, TargetInventory } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import type { PlanVm } from '../manifests/plan-vm';
import { readRootDisk } from '../root-disk';
import type { DroverSettings } from '../manifests/drover-settings';
import { saidOf } from '../pod-resources';
import { preferenceFor } from '../preference';
import { sourceRef, targetRef } from '../provider-refs';
import { lunOf } from '../rdm-lun';
import { pinned } from './check-images';
import { keysSecret } from './guest-keys';
import { scriptsMap } from './guest-scripts';
import { freezeHooks } from './hooks';
import type { DecidedAttachment, DecidedDisk, DecidedVm } from './decided-disks';
import { inGuestOrder } from './disk-order';
import { isAsked } from './migrated';
import type { Frame, ObjectNames } from './frame';
import type { NetworkMapping } from './network-mapping';
import { baseOf } from './object-names';
import { policyOf } from './policy';
import { scratchClass } from './scratch';
import { frozenNotes } from './source-notes';
import { powerWish, startsTarget } from './starts-target';
import { transferNetwork } from './transfer-network';
import { overheadOf, requestBytes } from './volume-size';

type Said = DroverSettings['podResources'];

export function freezeVm(decided: DecidedVm, frame: Frame): FrozenVm {
  const { chosen, vm } = decided;
  const { set, target, vcenterUuid } = frame;
  const { metadata, spec } = set.plan;
  const { moref, name, inventoryPath, instanceUuid, biosUuid } = vm;
  const plan = { namespace: metadata.namespace, name: metadata.name };
  const names = frame.names.get(moref)!;
  return {
    plan,
    source: { ...sourceRef(set.source), ...frozenHosts(decided, frame) },
    target: targetRef(set.target),
    vcenterUuid,
    vm: { moref, name, inventoryPath, instanceUuid, biosUuid, powerState: vm.power.state },
    namespace: spec.targetNamespace,
    targetName: chosen.targetName,
    baseName: baseOf(decided, frame),
    startTarget: startsTarget(decided, spec),
    ...(powerWish(decided, spec) === 'auto' &&
      vm.power.state === 'poweredOff' && { startsAsSource: true as const }),
    conversion: spec.skipGuestConversion ? null : freezeConversion(decided, frame),
    ...frozenRootDisk(chosen.entry),
    hardware: { ...hardwareOf(vm), ...nestedVirtualization(decided, spec) },
    ...frozenInstanceType(chosen.entry, target),
    ...frozenPreference(set, vm),
    ...(spec.skipGuestConversion && !spec.useCompatibilityMode && { unconvertedDevices: 'virtio' as const }),
    ...frozenDiskBus(spec),
    ...freezeDisks(decided, names, frame),
    ...freezeNics(vm, frame.networks, names),
    labels: spec.targetLabels,
    nodeSelector: spec.targetNodeSelector,
    ...(spec.targetAffinity !== undefined && { affinity: spec.targetAffinity }),
    ...freezeConvertor(spec),
    ...frozenResources(spec.drover.podResources),
    policy: policyOf(spec.drover),
    ...(isAsked(decided, target.earlier?.again ?? []) && { again: true as const }),
    ...(keepsNetwork(spec) && { keepNetwork: true as const }),
    ...frozenAccount(spec),
    ...frozenNotes(frame, moref),
    ...freezeHooks(set, chosen.entry, target),
  };
}

/** All of them: the VM may be on another ESXi host by the time of its import. */
function frozenHosts({ disks }: DecidedVm, { hosts = [] }: Frame): Pick<FrozenVm['source'], 'hosts'> {
  const isImported = disks.some(({ method }) => method !== null && mayImport(method));
  return isImported && hosts.length > 0 ? { hosts: [...hosts] } : {};
}

/** The VM's own word counts before the plan's, and both before what the source has. */
function nestedVirtualization(
  { chosen, vm }: DecidedVm,
  spec: ManifestSet['plan']['spec'],
): Pick<FrozenVm['hardware'], 'nestedVirtualization'> {
  const said = chosen.entry.enableNestedVirtualization ?? spec.enableNestedVirtualization;
  const has = vm.concerns.some(({ id }) => id === 'nested-virtualization');
  const wish = said ?? (has || undefined);
  return wish === undefined ? {} : { nestedVirtualization: wish };
}

function frozenInstanceType(
  { instanceType: name }: PlanVm,
  { instanceTypes = [] }: TargetInventory,
): Pick<FrozenVm, 'instanceType'> {
  const found = name === undefined ? undefined : findInstanceType(name, instanceTypes);
  return found === undefined ? {} : { instanceType: found };
}

function frozenPreference(set: ManifestSet, { guestId }: SourceVm): Pick<FrozenVm, 'preference'> {
  const preference = preferenceFor(set, guestId);
  return preference === undefined ? {} : { preference };
}

function frozenRootDisk({ rootDisk }: PlanVm): Pick<FrozenVm, 'rootDisk'> {
  const read = rootDisk === undefined ? null : readRootDisk(rootDisk);
  return read === null ? {} : { rootDisk: read };
}

function frozenDiskBus(spec: ManifestSet['plan']['spec']): Pick<FrozenVm, 'diskBus'> {
  const diskBus = wantedDiskBus(spec);
  return diskBus === undefined ? {} : { diskBus };
}

function freezeConvertor(spec: ManifestSet['plan']['spec']): Pick<FrozenVm, 'convertor'> {
  const { convertorAffinity, convertorLabels, convertorNodeSelector } = spec;
  const convertor = {
    ...(Object.keys(convertorLabels).length > 0 && { labels: convertorLabels }),
    ...(Object.keys(convertorNodeSelector).length > 0 && { nodeSelector: convertorNodeSelector }),
    ...(convertorAffinity !== undefined && { affinity: convertorAffinity }),
  };
  return Object.keys(convertor).length === 0 || spec.skipGuestConversion ? {} : { convertor };
}

/** Of the VM's own Pods, and of each disk's copier. */
function frozenAccount({
  serviceAccount,
}: ManifestSet['plan']['spec']): Pick<FrozenVm & FrozenDisk, 'serviceAccount'> {
  return serviceAccount === undefined ? {} : { serviceAccount };
}

/** As the API has it: yes, unless the plan says no. */
function keepsNetwork({
  preserveStaticIPs = true,
  skipGuestConversion,
}: ManifestSet['plan']['spec']): boolean {
  return preserveStaticIPs && !skipGuestConversion;
}

function freezeConversion(decided: DecidedVm, { set, target }: Frame): FrozenVm['conversion'] {
  const { conversionTempStorageSize, drover } = set.plan.spec;
  const storageClass = scratchClass(set, decided, target);
  if (storageClass === null) throw new Error(`${decided.vm.name} has no class for its scratch volume`);
  const overhead = overheadOf(target, storageClass);
  const size = requestBytes(conversionTempStorageSize, 'Filesystem', overhead);
  const scratch = { storageClass, requestBytes: size };
  const keys = frozenKeys(set, decided.chosen.entry);
  const scripts = scriptsMap(set);
  return {
    image: drover.conversionImage,
    kvm: drover.conversionKvm,
    ...(keys && { keys }),
    ...(scripts !== null && { scripts }),
    scratch,
  };
}

function frozenKeys(set: ManifestSet, entry: PlanVm): NonNullable<FrozenVm['conversion']>['keys'] {
  const secret = keysSecret(set, entry);
  const byClevis = entry.nbdeClevis === true;
  if (secret === null && !byClevis) return undefined;
  return { ...(secret !== null && { secret }), ...(byClevis && { clevis: true as const }) };
}

/** Those of plugins are frozen with their disks. */
function frozenResources({ binder, probe, conversion }: Said): Pick<FrozenVm, 'podResources'> {
  const said = Object.entries({ binder, probe, conversion }).flatMap(([purpose, given]) => {
    const kept = saidOf(given);
    return kept === undefined ? [] : [[purpose, kept]];
  });
  return said.length === 0 ? {} : { podResources: Object.fromEntries(said) };
}

function withResources(method: CopyMethod, { plugin }: Said): CopyMethod {
  const resources = saidOf(plugin);
  return method.kind === 'plugin' && resources !== undefined ? { ...method, resources } : method;
}

/** Sockets and cores as the target gets them. */
export function hardwareOf(vm: SourceVm): FrozenVm['hardware'] {
  const { cpu, firmware, guestId, memoryMiB, secureBoot, tpm } = vm;
  const whole = cpu.count % cpu.coresPerSocket === 0;
  const sockets = whole ? cpu.count / cpu.coresPerSocket : cpu.count;
  const coresPerSocket = whole ? cpu.coresPerSocket : 1;
  return { firmware, secureBoot, tpm, sockets, coresPerSocket, memoryMiB, guestId };
}

/** Disks that its migration copies, and those that another one's does; their places count over both. */
function freezeDisks(
  { chosen, vm, disks, attached }: DecidedVm,
  names: ObjectNames,
  frame: Frame,
): Pick<FrozenVm, 'disks' | 'attached'> {
  const placed = inGuestOrder(vm.disks).map((disk, index) => ({ chosen, disk, vm, index, names }));
  const frozen = placed.flatMap((place) => {
    const one = attached.find(({ disk }) => disk === place.disk);
    return one === undefined ? [] : [freezeAttached(one, place)];
  });
  return {
    disks: placed
      .filter(({ disk }) => attached.every((one) => one.disk !== disk))
      .map((place) => freezeDisk({ ...place, ...decisionOn(place.disk, disks) }, frame)),
    ...(frozen.length > 0 && { attached: frozen }),
  };
}

/** A disk that goes somewhere. */
type Destined = Extract<DecidedDisk, { target: object }>;

interface DiskPlace {
  chosen: DecidedVm['chosen'];
  vm: SourceVm;
  disk: SourceDisk;
  index: number;
  names: ObjectNames;
}

function freezeDisk({ target, method, shared, ...place }: Destined & DiskPlace, frame: Frame): FrozenDisk {
  const { chosen, disk } = place;
  const { accessMode, storageClass, volumeMode } = target;
  const network = transferNetwork(frame.set, frame.target);
  const lun = lunOf(disk, chosen.entry, frame.set.plan.spec);
  return {
    ...sourceOf(disk),
    ...placeOf(place),
    requestBytes: requestBytes(disk.capacityBytes, volumeMode, overheadOf(frame.target, storageClass)),
    storageClass,
    volumeMode,
    accessMode,
    method: withResources(
      pinned(method, frame.target.images ?? NO_IMAGES),
      frame.set.plan.spec.drover.podResources,
    ),
    ...(network !== null && { transferNetwork: network }),
    ...frozenAccount(frame.set.plan.spec),
    ...(lun !== null && { lun }),
    ...(shared !== null && { sharedWith: shared.others.map(diskUser) }),
  };
}

function freezeAttached({ owner, shared, target }: DecidedAttachment, place: DiskPlace): AttachedDisk {
  if (target === null) throw new Error(`disk ${place.disk.key} has no target`);
  return {
    ...sourceOf(place.disk),
    ...placeOf(place),
    storageClass: target.storageClass,
    owner: diskUser(owner.planned.vm),
    sharedWith: shared.others.map(diskUser),
  };
}

/** What a disk is at the source. */
function sourceOf(disk: SourceDisk) {
  return {
    key: disk.key,
    bus: disk.bus,
    basePath: disk.basePath,
    currentPath: disk.currentPath,
    datastore: disk.datastore.name,
    datastoreId: disk.datastore.moref,
    serial: disk.uuid,
    capacityBytes: disk.capacityBytes,
  };
}

/** Where a disk is in its VM, and what it is called there. */
function placeOf({ vm, disk, index, names }: DiskPlace) {
  return {
    index,
    volumeName: names.claims[index]!,
    ...deviceName(names.disks[index]),
    ...bootPlace(vm, 'disk', disk.key),
  };
}

function diskUser({ moref, name }: { moref: string; name: string }) {
  return { moref, name };
}

/** A disk must never be lost on the way: without a target the plan was to be refused before. */
function decisionOn(disk: SourceDisk, disks: readonly DecidedDisk[]): Destined {
  const decided = disks.find((one) => one.disk === disk);
  if (decided === undefined || decided.target === null) throw new Error(`disk ${disk.key} has no target`);
  return decided;
}

/** Each card goes somewhere or is left out by the map's own word; none is lost on the way. */
function freezeNics(
  vm: SourceVm,
  networks: NetworkMapping,
  names: ObjectNames,
): Pick<FrozenVm, 'nics' | 'leftOut'> {
  const nics: FrozenNic[] = [];
  const leftOut: LeftOut = { nics: [] };
  for (const { connected, guest, key, macAddress, network, pciSlot } of vm.nics) {
    const mapped = networks.get(network.moref);
    if (mapped === undefined) throw new Error(`network card ${key} has no target`);
    const kept = { key, sourceNetwork: network.name, sourceNetworkId: network.moref };
    if (mapped.network === null) leftOut.nics.push(kept);
    else {
      const seen = { ...(pciSlot !== undefined && { pciSlot }), ...(guest && { guest }) };
      const place = { ...deviceName(names.nics[nics.length]), ...bootPlace(vm, 'nic', key) };
      nics.push({ ...kept, macAddress, connected, network: mapped.network, ...place, ...seen });
    }
  }
  return leftOut.nics.length === 0 ? { nics } : { nics, leftOut };
}

function deviceName(name: string | undefined): { deviceName?: string } {
  return name === undefined ? {} : { deviceName: name };
}

function bootPlace({ boot }: SourceVm, kind: BootDevice['kind'], key: number): { bootOrder?: number } {
  const place = boot.findIndex((device) => device.kind === kind && device.key === key);
  return place < 0 ? {} : { bootOrder: place + 1 };
}

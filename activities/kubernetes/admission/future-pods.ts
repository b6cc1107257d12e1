/** The Pods that Drover, CDI and KubeVirt will make for a VM's migration, before any of them exists. */
import { type FrozenDisk, type FrozenVm, mayImport } from '../../../plan/frozen';
import { isWindows } from '../../../plan/guest-id';
import { conversionId, copyId } from '../../../plan/names';
import type { PodPurpose } from '../../../plan/pod-resources';
import { vmRef } from '../../../plan/vm-ref';
import type { SourceConnection } from '../../interfaces';
import type { CdiConfig, Job, Pod } from '../api/kinds';
import type { ImportServer } from '../objects/data-volume';
import { binderPod } from '../objects/binder-pod';
import { hookJob } from '../objects/hook-job';
import { conversionJob } from '../objects/conversion-job';
import { importerPod } from '../objects/importer-pod';
import { launcherPod, type LauncherLimits } from '../objects/launcher-pod';
import { pluginJob } from '../objects/plugin-job';
import { probeJob } from '../objects/probe-job';

/** What a Pod is for. Drover makes its own, CDI makes the importer, and KubeVirt makes the guest's launcher. */
export type FuturePurpose = PodPurpose | 'importer' | 'launcher';

export interface FuturePod {
  purpose: FuturePurpose;
  pod: Pod;
}

/** The Pods of each step. Those of one step exist at the same time; hooks run one after the other. */
export interface FuturePods {
  volumes: FuturePod[];
  copy: FuturePod[];
  convert: FuturePod[];
  hooks: FuturePod[];
  /** The launcher: it alone goes on after the migration. None where an instance type makes it what Drover can not reckon. */
  run: FuturePod[];
}

export interface FutureOptions {
  binderImage: string;
  /** Null: Drover does not know how CDI configures its Pods. */
  cdi: CdiConfig | null;
  /** The VDDK image. Null where no import may need it, or nobody names one. */
  vddkImage: string | null;
  limits: LauncherLimits;
}

/** Stands for the connection, which Drover reads from the source later. Admission rules can judge only its form. */
export const SAMPLE_CONNECTION: SourceConnection = {
  vcenterUrl: 'https://vcenter.invalid/sdk',
  vcenterThumbprint: Array<string>(20).fill('00').join(':'),
  hostUrl: 'https://host.invalid',
  hostThumbprint: null,
};

/** Of an import that is only tried. */
export const SAMPLE_SERVER: ImportServer = {
  url: SAMPLE_CONNECTION.vcenterUrl,
  thumbprint: SAMPLE_CONNECTION.vcenterThumbprint,
};

export function futurePods(vm: FrozenVm, options: FutureOptions): FuturePods {
  const { conversion } = vm;
  const isAsked = conversion !== null && isWindows(vm.hardware.guestId);
  return {
    volumes: [
      { purpose: 'binder', pod: binderPod(vm, options.binderImage) },
      ...(isAsked ? [future('probe', probeJob(vm, conversion))] : []),
    ],
    copy: [...importers(vm, options), ...plugins(vm)],
    convert: conversion === null ? [] : [future('conversion', sampleConversion(vm, conversion))],
    hooks: (vm.hooks ?? []).map((hook) => future('hook', hookJob(vm, hook, 1))),
    run:
      vm.startTarget && vm.instanceType?.special !== true
        ? [{ purpose: 'launcher', pod: launcherPod(vm, options.binderImage, options.limits) }]
        : [],
  };
}

/** CDI makes all importers at once: an importer whose turn has not come waits for its login. */
function importers(vm: FrozenVm, { cdi, vddkImage }: FutureOptions): FuturePod[] {
  if (vddkImage === null) return [];
  const pod = importerPod(vm, cdi, vddkImage);
  return vm.disks.filter(({ method }) => mayImport(method)).map(() => ({ purpose: 'importer', pod }));
}

function plugins(vm: FrozenVm): FuturePod[] {
  const jobs = vm.disks.flatMap((disk) => samplePlugin(vm, disk) ?? []);
  return jobs.slice(0, vm.policy.maxConcurrentDisks).map((job) => future('plugin', job));
}

/** The Job of a disk's first copy; null for a disk that is imported. */
export function samplePlugin(vm: FrozenVm, disk: FrozenDisk): Job | null {
  if (disk.method.kind !== 'plugin') return null;
  const volume = { name: 'pv', driver: 'driver', handle: 'handle' };
  const id = copyId(vm, disk.key, 0);
  const request = { vm: vmRef(vm), disk, attempt: 1, copyId: id, connection: SAMPLE_CONNECTION };
  return pluginJob({ request, ...disk.method, volume });
}

/** The Job of the first conversion. */
export function sampleConversion(vm: FrozenVm, conversion: NonNullable<FrozenVm['conversion']>): Job {
  const attempt = { attempt: 1, conversionId: conversionId(vm, []), resume: false };
  return conversionJob(vm, conversion, attempt);
}

function future(purpose: FuturePurpose, { metadata, spec }: Job): FuturePod {
  const { name, namespace } = metadata ?? {};
  const { metadata: ofPod, spec: podSpec } = spec?.template ?? {};
  return {
    purpose,
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...ofPod, name, namespace },
      ...(podSpec && { spec: podSpec }),
    },
  };
}

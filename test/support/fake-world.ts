/**
 * One VM's world in memory: its source and its place in the target cluster.
 *
 * It notes each breach of what a migration must never do, whatever the test at hand is about.
 */
import { ApplicationFailure } from '@temporalio/common';
import type {
  AskedProof,
  AttachedVolume,
  ConsolePage,
  ConversionAttempt,
  CopyLogPage,
  HookRequest,
  MarkRequest,
  RenamedDisk,
  VolumeMarker,
} from '../../activities/interfaces';
import type { ChangeWorld } from '../../plan/changes/change-vm';
import type { PowerReading } from '../../plan/inventory';
import type { HookStep } from '../../plan/hooks';
import type { FrozenDisk, FrozenVm } from '../../plan/frozen';
import type { Adoption, LeftBehind, LeftVolume, SourceNow } from '../../plan/adoption';
import { fileOf, type VolumeEvidence } from '../../plan/copy-evidence';
import { Script } from './script';

export interface FakeVolume {
  bound: boolean;
  /** Another one for each volume that is made. */
  uid?: string;
  /** What a later run may prove its copy by. */
  evidence?: VolumeEvidence | null;
  marker: VolumeMarker | null;
  /** `disk-0 as of boot 1`, and what happened to it since. Null while empty. */
  content: string | null;
  /** By which method it is to be filled: CDI fills none that it did not make. */
  madeFor?: FrozenDisk['method']['kind'];
  storageClass?: string;
  /** The ESXi host that its import names; absent: the vCenter. */
  readAt?: string;
}

/** One filling of one disk that came to its end. */
export interface FakeCopy {
  disk: number;
  method: 'import' | 'plugin';
  /** Null where the copier does not get it. */
  copyId: string | null;
  attempt: number | null;
}

export interface FakeSource {
  on: boolean;
  /** Each boot changes the disks. */
  boots: number;
  lastPowerOn: string | null;
  tools: boolean;
  /** Whether the guest does what it is asked. */
  obeys: boolean;
  goingDown: boolean;
  /** Disks whose datastores got other names. */
  renamed: RenamedDisk[];
  /** The ESXi host that it is registered on. */
  host: string;
}

const NEIGHBOURHOOD: ChangeWorld = {
  storageClasses: ['fast-block', 'slow-block'].map((name) => ({
    name,
    isDefault: false,
    provisioner: 'csi.example.com',
    bindingMode: 'Immediate',
    claimPropertySets: [{ accessModes: ['ReadWriteOnce'], volumeMode: 'Block' }],
  })),
  filesystemOverhead: { global: 0.05 },
  images: { images: [], nodePlatforms: [], authorityFault: null },
  unimportable: new Map(),
};

const FIRST_TICK = Date.parse('2026-01-01T00:00:00Z');

export class FakeWorld {
  readonly script = new Script();
  /** What changed the world, in order. */
  readonly log: string[] = [];
  /** What must never happen, and did. */
  readonly breaches: string[] = [];
  readonly copies: FakeCopy[] = [];
  readonly source: FakeSource;
  readonly volumes = new Map<string, FakeVolume>();
  /** Copiers at work, as `disk-0`. */
  readonly copiers = new Set<string>();
  mostCopiersAtOnce = 0;
  binder = false;
  /** Disks whose copiers have a login, as `disk-0`. */
  readonly logins = new Set<string>();
  converting = false;
  /** The hook whose Job stands, and all that were started. */
  hook: HookStep | null = null;
  readonly hooksRun: Pick<HookRequest, 'step' | 'attempt' | 'results'>[] = [];
  /** Whether the conversion image holds drivers for Windows. */
  virtioWin = true;
  /** Id of the conversion whose scratch volume there is; empty while no conversion took it. */
  scratch: string | null = null;
  /** Id of the conversion that has come to its end, by the scratch volume's journal. */
  private journal: string | null = null;
  machine: { running: boolean } | null = null;
  /** Whether the target was started at any time. */
  targetRan = false;
  /** What vCenter says of VMs that have disks together with it, by moref. */
  readonly sharers = new Map<string, PowerReading>();
  /** Shared volumes that other migrations have finished, and the names of those that its target attaches. */
  attachments: AttachedVolume[] = [];
  attached: string[] = [];
  /** The notes on the target of a finished migration, and another VirtualMachine in its place. */
  target = {
    finishedAt: null as string | null,
    finalAt: null as string | null,
    rolledBackAt: null as string | null,
    isReplaced: false,
    usedBy: [] as string[],
    /** Other targets may attach volumes of it. */
    shares: false,
    /** They may not now: it is being rolled back. */
    isClosed: false,
  };
  /** What its guest was asked to prove. */
  readonly proofsAsked: AskedProof[] = [];
  /** What the target has said on its serial console. */
  console: ConsolePage = { lines: ['web login:'], note: null };
  /** What the plugin that is at work says. */
  copyLog: CopyLogPage = { attempt: null, lines: [], note: 'it has no Pod', running: false, next: null };
  /** What changes of its VM are checked against. */
  around: ChangeWorld = NEIGHBOURHOOD;
  /** What `removeEverything` can't remove. */
  stubborn: string[] = [];

  private ticks = 0;
  private made = 0;

  constructor(readonly vm: FrozenVm) {
    const on = vm.vm.powerState === 'poweredOn';
    this.source = {
      on,
      boots: 1,
      lastPowerOn: null,
      tools: true,
      obeys: true,
      goingDown: false,
      renamed: [],
      host: 'esx-1.example.com',
    };
  }

  /** What of ours is in the target cluster. */
  leftovers(): string[] {
    return [
      ...this.volumes.keys(),
      ...this.copiers,
      ...(this.binder ? ['binder'] : []),
      ...[...this.logins].map((disk) => `login of ${disk}`),
      ...(this.converting ? ['conversion'] : []),
      ...(this.scratch === null ? [] : ['scratch']),
      ...(this.machine ? ['machine'] : []),
    ];
  }

  contents(): (string | null)[] {
    return this.vm.disks.map((disk) => this.volumes.get(disk.volumeName)?.content ?? null);
  }

  markers(): (string | null)[] {
    return this.vm.disks.map((disk) => this.volumes.get(disk.volumeName)?.marker?.state ?? null);
  }

  /** What one disk's volume ever said of itself, in order. */
  markersOf(index: number): string[] {
    const said = `marked ${this.vm.disks[index]?.volumeName} `;
    return this.log.filter((line) => line.startsWith(said)).map((line) => line.slice(said.length));
  }

  /** Someone turns the source on: its disks change from now on. */
  bootSource(): void {
    if (this.source.on) return;
    if (this.machine?.running) this.breaches.push('the source was started while the target ran');
    Object.assign(this.source, { on: true, boots: this.source.boots + 1, lastPowerOn: this.clock() });
  }

  stopSource(): void {
    Object.assign(this.source, { on: false, goingDown: false });
  }

  /** vCenter's own clock. */
  clock(): string {
    this.ticks += 1;
    return new Date(FIRST_TICK + this.ticks * 1000).toISOString();
  }

  newUid(): string {
    this.made += 1;
    return `uid-${this.made}`;
  }

  volume(name: string): FakeVolume {
    const volume = this.volumes.get(name);
    if (volume === undefined) throw volumeLost(`volume ${name} is gone`);
    return volume;
  }

  mark({ volumeName, marker, again, evidence }: Omit<MarkRequest, 'vm'>): void {
    const volume = this.volume(volumeName);
    if (again && volume.marker?.copyId !== marker?.copyId)
      throw volumeLost(`volume ${volumeName} does not hold copy ${marker?.copyId ?? ''}`);
    volume.marker = marker;
    if (!again) volume.evidence = evidence === undefined ? null : { ...evidence, claimUid: volume.uid ?? '' };
    this.log.push(`marked ${volumeName} ${marker?.state ?? 'void'}`);
  }

  /** What an unfinished run has left, as the cluster would show it. */
  leftBehind(): LeftBehind {
    return {
      volumes: this.vm.disks.flatMap((disk) => {
        const volume = this.volumes.get(disk.volumeName);
        return volume === undefined ? [] : [leftVolume(disk, volume)];
      }),
      scratch:
        this.scratch === null ? null : { uid: 'uid of the scratch volume', conversionId: this.scratch },
      conversionAttempts: 0,
      machine:
        this.machine === null
          ? null
          : {
              name: this.vm.targetName,
              isWhole: this.markers().every((state) => state === 'converted'),
              mayHaveRun: this.targetRan ? 'it was started' : null,
            },
      hasMore: false,
    };
  }

  sourceNow(): SourceNow {
    const { on, lastPowerOn } = this.source;
    return {
      instanceUuid: this.vm.vm.instanceUuid,
      power: { state: on ? 'poweredOn' : 'poweredOff', bootTime: null, lastPowerOn },
      sharers: [...this.sharers].map(([moref, reading]) => ({ moref, reading })),
      disks: this.vm.disks.map((disk) => ({
        key: disk.key,
        serial: disk.serial,
        file: fileOf(disk),
        capacityBytes: disk.capacityBytes,
        changeId: null,
      })),
    };
  }

  /** Keeps what the adoption says, and removes all else that the former run made. */
  takeOver({ disks, conversion }: Adoption): void {
    this.copiers.clear();
    this.logins.clear();
    Object.assign(this, { binder: false, converting: false, machine: null });
    if (conversion === null) this.scratch = null;
    for (const { index, copyId } of disks) {
      const { volumeName } = this.vm.disks[index]!;
      const marker =
        copyId === null
          ? null
          : { state: conversion === null ? ('copied' as const) : ('converting' as const), copyId };
      if (marker === null) this.volumes.delete(volumeName);
      else this.volume(volumeName).marker = marker;
      this.log.push(`${marker === null ? 'gave up' : 'kept'} disk-${index}`);
    }
  }

  /** Someone removes the volume, and makes an empty one of its name. */
  replaceVolume(name: string): void {
    this.volumes.set(name, { bound: true, uid: this.newUid(), marker: null, content: null });
  }

  startMachine(): void {
    if (this.source.on) this.breaches.push('the target was started while the source ran');
    const unfit = this.markers().filter((state) => state !== 'copied' && state !== 'converted');
    if (unfit.length > 0) this.breaches.push(`the target was started on disks marked ${unfit.join(', ')}`);
    this.machine = { running: true };
    this.targetRan = true;
    this.log.push('machine started');
  }

  startCopier(disk: FrozenDisk): void {
    const name = diskName(disk);
    if (this.source.on) this.breaches.push(`${name} was copied from a running source`);
    if (this.binder) this.breaches.push(`${name} was copied while the binder held it`);
    if (!this.volume(disk.volumeName).bound)
      this.breaches.push(`${name} was copied to a volume that is not bound`);
    const { madeFor = disk.method.kind } = this.volume(disk.volumeName);
    if (madeFor !== disk.method.kind)
      this.breaches.push(`${name} went by ${disk.method.kind} into a volume for ${madeFor}`);
    if (!this.logins.has(name)) this.breaches.push(`${name} was copied without a login`);
    this.copiers.add(name);
    this.mostCopiersAtOnce = Math.max(this.mostCopiersAtOnce, this.copiers.size);
  }

  finishCopy(disk: FrozenDisk, copy: Omit<FakeCopy, 'disk'>): void {
    this.copiers.delete(diskName(disk));
    this.logins.delete(diskName(disk));
    this.volume(disk.volumeName).content = this.asCopied(disk);
    this.copies.push({ disk: disk.index, ...copy });
    this.log.push(`copied ${diskName(disk)}`);
  }

  /**
   * virt-v2v changes the disks in place; what it was not meant for is a breach. Once it is done, the journal on the scratch
   * volume says so.
   */
  convertDisks(): void {
    if (this.journal !== null && this.journal === this.scratch) return;
    this.journal = this.scratch;
    for (const disk of this.vm.disks) {
      const volume = this.volume(disk.volumeName);
      if (volume.content !== this.asCopied(disk))
        this.breaches.push(`conversion found "${volume.content ?? 'nothing'}"`);
      volume.content = `${volume.content ?? 'nothing'}, converted`;
    }
  }

  startConversion({ conversionId, resume }: ConversionAttempt): string {
    if (this.converting) this.breaches.push('a conversion was started beside another');
    if (this.markers().some((state) => state !== 'converting'))
      this.breaches.push('a conversion was started on disks that do not say so');
    if (this.scratch === null && resume) {
      throw ApplicationFailure.create({
        type: 'ScratchLost',
        message: 'the scratch volume is gone',
        nonRetryable: true,
      });
    }
    if (this.scratch !== null && this.scratch !== '' && this.scratch !== conversionId)
      this.breaches.push('a conversion found the scratch volume of other bytes');
    this.scratch = conversionId;
    this.converting = true;
    return `uid of ${conversionId}`;
  }

  private asCopied(disk: FrozenDisk): string {
    return `${diskName(disk)} as of boot ${this.source.boots}`;
  }
}

function leftVolume(
  disk: FrozenDisk,
  { uid = '', bound, marker, evidence = null, madeFor }: FakeVolume,
): LeftVolume {
  return {
    name: disk.volumeName,
    uid,
    isUsable: bound,
    diskKey: disk.key,
    storageClass: disk.storageClass,
    volumeMode: disk.volumeMode,
    requestBytes: disk.requestBytes,
    state: marker?.state ?? null,
    copyId: marker?.copyId ?? null,
    evidence,
    isImported: madeFor === 'import',
  };
}

function volumeLost(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'VolumeLost', message, nonRetryable: true });
}

export function diskName({ index }: { index: number }): string {
  return `disk-${index}`;
}

/**
 * One VM's world in memory: its source and its place in the target cluster.
 *
 * It notes each breach of what a migration must never do, whatever the test at hand is about.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { VolumeMarker } from '../../activities/contract';
import type { FrozenDisk, FrozenVm } from '../../plan/frozen';
import { Script } from './script';

export interface FakeVolume {
  bound: boolean;
  marker: { state: VolumeMarker; copyId: string } | null;
  /** `disk-0 as of boot 1`, and what happened to it since. Null while empty. */
  content: string | null;
}

/** One filling of one disk that came to its end. */
export interface FakeCopy {
  disk: number;
  method: 'import' | 'plugin';
  /** Null where the copier is not told. */
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
}

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
  login = false;
  converting = false;
  machine: { running: boolean } | null = null;
  /** What `removeEverything` can't remove. */
  stubborn: string[] = [];

  private ticks = 0;

  constructor(readonly vm: FrozenVm) {
    const on = vm.vm.powerState === 'poweredOn';
    this.source = { on, boots: 1, lastPowerOn: null, tools: true, obeys: true, goingDown: false };
  }

  /** What of ours is in the target cluster. */
  leftovers(): string[] {
    return [
      ...this.volumes.keys(),
      ...this.copiers,
      ...(this.binder ? ['binder'] : []),
      ...(this.login ? ['login'] : []),
      ...(this.converting ? ['conversion'] : []),
      ...(this.machine ? ['machine'] : []),
    ];
  }

  contents(): (string | null)[] {
    return this.vm.disks.map((disk) => this.volumes.get(disk.volumeName)?.content ?? null);
  }

  markers(): (string | null)[] {
    return this.vm.disks.map((disk) => this.volumes.get(disk.volumeName)?.marker?.state ?? null);
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

  volume(name: string): FakeVolume {
    const volume = this.volumes.get(name);
    if (volume === undefined) {
      throw ApplicationFailure.create({
        type: 'VolumeLost',
        message: `volume ${name} is gone`,
        nonRetryable: true,
      });
    }
    return volume;
  }

  startCopier(disk: FrozenDisk): void {
    const name = diskName(disk);
    if (this.source.on) this.breaches.push(`${name} was copied from a running source`);
    if (this.binder) this.breaches.push(`${name} was copied while the binder held it`);
    if (!this.volume(disk.volumeName).bound)
      this.breaches.push(`${name} was copied to a volume that is not bound`);
    this.copiers.add(name);
    this.mostCopiersAtOnce = Math.max(this.mostCopiersAtOnce, this.copiers.size);
  }

  finishCopy(disk: FrozenDisk, copy: Omit<FakeCopy, 'disk'>): void {
    this.copiers.delete(diskName(disk));
    this.volume(disk.volumeName).content = this.asCopied(disk);
    this.copies.push({ disk: disk.index, ...copy });
    this.log.push(`copied ${diskName(disk)}`);
  }

  /** virt-v2v changes the disks in place; what it was not meant for is a breach. */
  convertDisks(): void {
    for (const disk of this.vm.disks) {
      const volume = this.volume(disk.volumeName);
      if (volume.content !== this.asCopied(disk))
        this.breaches.push(`conversion found "${volume.content ?? 'nothing'}"`);
      volume.content = `${volume.content ?? 'nothing'}, converted`;
    }
  }

  /** What a conversion that dies half way leaves. */
  breakDisks(): void {
    for (const volume of this.volumes.values()) volume.content = `${volume.content ?? 'nothing'}, broken`;
  }

  private asCopied(disk: FrozenDisk): string {
    return `${diskName(disk)} as of boot ${this.source.boots}`;
  }
}

export function diskName({ index }: { index: number }): string {
  return `disk-${index}`;
}

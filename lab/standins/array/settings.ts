/** What a test or a benchmark may change while the lab runs. Kept in a file, so that it outlives the stand-ins. */
import { EventEmitter, once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { splitDatastorePath } from '../../../plan/vcenter-names';

/** Makes copies of one source disk fail. */
export interface Fault {
  /** `[datastore] folder/disk.vmdk`. */
  source: string;
  /** How many more copies fail; null for all of them. */
  times: number | null;
  message: string;
}

interface Kept {
  copySeconds: number;
  /** By the volume's handle. */
  secondsByVolume: Record<string, number>;
  /** Takes the place of `secondsByVolume` as soon as the next copy into that volume has begun. */
  laterByVolume: Record<string, number>;
  /** How long what is written to a volume stays in the array's cache. */
  cacheSecondsByVolume: Record<string, number>;
  faults: Fault[];
  /** Names of VMs whose copies stop half way; absent in files of older labs. */
  held?: string[];
}

export class Settings {
  private readonly kept: Kept;
  private readonly releases = new EventEmitter().setMaxListeners(0);

  /** @param copySeconds where the file keeps nothing yet */
  constructor(
    private readonly file: string,
    copySeconds: number,
  ) {
    this.kept = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Kept)
      : { copySeconds, secondsByVolume: {}, laterByVolume: {}, cacheSecondsByVolume: {}, faults: [] };
  }

  /** How long each copy, import or conversion-free, takes at least; 0 as fast as it can. */
  get copySeconds(): number {
    return this.kept.copySeconds;
  }

  set copySeconds(seconds: number) {
    this.kept.copySeconds = seconds;
    this.keep();
  }

  /**
   * Sets the time of copies into one volume alone, also of those that run.
   * @param later of all that begin after the next one, where that differs
   */
  slowDown(volumeHandle: string, copySeconds: number, later?: number): void {
    const { secondsByVolume, laterByVolume } = this.kept;
    secondsByVolume[volumeHandle] = copySeconds;
    if (later === undefined) delete laterByVolume[volumeHandle];
    else laterByVolume[volumeHandle] = later;
    this.keep();
  }

  cacheWrites(volumeHandle: string, seconds: number): void {
    this.kept.cacheSecondsByVolume[volumeHandle] = seconds;
    this.keep();
  }

  /** Seconds from the last write of a copy into this volume until all of it is safe from a power cut. */
  cacheSecondsInto(volumeHandle: string): number {
    return this.kept.cacheSecondsByVolume[volumeHandle] ?? 0;
  }

  /** For a copy that starts now: how many seconds it takes at least, to be asked again while it runs. */
  paceInto(volumeHandle: string): () => number {
    const { secondsByVolume, laterByVolume, copySeconds } = this.kept;
    const seconds = secondsByVolume[volumeHandle] ?? copySeconds;
    const later = laterByVolume[volumeHandle];
    if (later !== undefined) this.slowDown(volumeHandle, later);
    else if (volumeHandle in secondsByVolume) return () => secondsByVolume[volumeHandle] ?? seconds;
    return () => seconds;
  }

  /** Copies of the disks of this VM stop half way, whatever time goes by, until {@link release}. */
  hold(vm: string): void {
    this.kept.held = [...(this.kept.held ?? []), vm];
    this.keep();
  }

  /** Copies that are held go on. @param vm whose; default: all */
  release(vm?: string): void {
    this.kept.held = vm === undefined ? [] : (this.kept.held ?? []).filter((held) => held !== vm);
    this.keep();
    this.releases.emit('release');
  }

  /** @param source `[datastore] VM/disk.vmdk` */
  isHeld(source: string): boolean {
    const [vm = ''] = splitDatastorePath(source)?.path.split('/') ?? [];
    return this.kept.held?.includes(vm) === true;
  }

  /** Resolves at once where it is not held. Rejects with the signal's reason. */
  async untilReleased(source: string, signal?: AbortSignal): Promise<void> {
    while (this.isHeld(source)) await once(this.releases, 'release', { signal });
  }

  addFault(fault: Fault): void {
    this.kept.faults.push(fault);
    this.keep();
  }

  clearFaults(): void {
    this.kept.faults = [];
    this.keep();
  }

  /** The fault that the next copy of this source meets, used up. */
  takeFault(source: string): Fault | null {
    const fault = this.kept.faults.find((candidate) => candidate.source === source);
    if (fault === undefined) return null;
    if (fault.times !== null) {
      fault.times -= 1;
      if (fault.times <= 0) this.kept.faults = this.kept.faults.filter((other) => other !== fault);
      this.keep();
    }
    return fault;
  }

  private keep(): void {
    writeFileSync(this.file, JSON.stringify(this.kept));
  }
}

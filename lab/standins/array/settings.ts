/** What a test or a benchmark may change while the lab runs. Kept in a file, so that it outlives the stand-ins. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

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
  faults: Fault[];
}

export class Settings {
  private readonly kept: Kept;

  /** @param copySeconds where the file keeps nothing yet */
  constructor(
    private readonly file: string,
    copySeconds: number,
  ) {
    this.kept = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Kept)
      : { copySeconds, secondsByVolume: {}, faults: [] };
  }

  /** How long each copy, import or conversion-free, takes at least; 0 as fast as it can. */
  get copySeconds(): number {
    return this.kept.copySeconds;
  }

  set copySeconds(seconds: number) {
    this.kept.copySeconds = seconds;
    this.keep();
  }

  /** Sets the time of copies into one volume alone. */
  slowDown(volumeHandle: string, copySeconds: number): void {
    this.kept.secondsByVolume[volumeHandle] = copySeconds;
    this.keep();
  }

  /** For a copy that starts now. */
  secondsInto(volumeHandle: string): number {
    return this.kept.secondsByVolume[volumeHandle] ?? this.copySeconds;
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

/** What a test or a benchmark may change while the lab runs. */

/** Makes copies of one source disk fail. */
export interface Fault {
  /** `[datastore] folder/disk.vmdk`. */
  source: string;
  /** How many more copies fail; null for all of them. */
  times: number | null;
  message: string;
}

export class Settings {
  /** How long each copy, import or conversion-free, takes at least; 0 as fast as it can. */
  copySeconds: number;
  /** The same for copies into one volume, by its handle. */
  private readonly secondsByVolume = new Map<string, number>();
  private faults: Fault[] = [];

  constructor(copySeconds: number) {
    this.copySeconds = copySeconds;
  }

  slowDown(volumeHandle: string, copySeconds: number): void {
    this.secondsByVolume.set(volumeHandle, copySeconds);
  }

  /** For a copy that starts now. */
  secondsInto(volumeHandle: string): number {
    return this.secondsByVolume.get(volumeHandle) ?? this.copySeconds;
  }

  addFault(fault: Fault): void {
    this.faults.push(fault);
  }

  clearFaults(): void {
    this.faults = [];
  }

  /** The fault that the next copy of this source meets, used up. */
  takeFault(source: string): Fault | null {
    const fault = this.faults.find((candidate) => candidate.source === source);
    if (fault === undefined) return null;
    if (fault.times !== null) {
      fault.times -= 1;
      if (fault.times <= 0) this.faults = this.faults.filter((other) => other !== fault);
    }
    return fault;
  }
}

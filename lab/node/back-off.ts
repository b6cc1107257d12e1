/** Growing pauses, in milliseconds: the first is `first`, each later one is twice as long, up to `max`. */
export class BackOff {
  private readonly first: number;
  private readonly max: number;
  private delay: number;

  constructor(first: number, max: number) {
    this.first = first;
    this.max = max;
    this.delay = first;
  }

  next(): number {
    const pause = this.delay;
    this.delay = Math.min(pause * 2, this.max);
    return pause;
  }

  reset(): void {
    this.delay = this.first;
  }
}

/** Growing pauses: the first is `first`, each further one doubles up to `max`. */
export class BackOff {
  readonly #first: number;
  readonly #max: number;
  #next: number;

  constructor(first: number, max: number) {
    this.#first = first;
    this.#max = max;
    this.#next = first;
  }

  next(): number {
    const pause = this.#next;
    this.#next = Math.min(pause * 2, this.#max);
    return pause;
  }

  reset(): void {
    this.#next = this.#first;
  }
}

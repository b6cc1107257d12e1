/** Answers that stay good for a while: asked for once, and shared by all who ask meanwhile. */
export class Recent<V> {
  private readonly known = new Map<string, { answer: Promise<V>; askedAt: number }>();

  constructor(private readonly freshMs: number) {}

  /**
   * A failure, and a null, is not kept: what was missing may have been added.
   * @param freshMs for who needs a younger answer than the others
   */
  get(key: string, ask: () => Promise<V>, freshMs = this.freshMs): Promise<V> {
    const known = this.known.get(key);
    if (known !== undefined && Date.now() - known.askedAt < freshMs) return known.answer;
    const answer = ask();
    this.known.set(key, { answer, askedAt: Date.now() });
    const forget = () => {
      if (this.known.get(key)?.answer === answer) this.known.delete(key);
    };
    answer.then((value) => {
      if (value === null) forget();
    }, forget);
    return answer;
  }
}

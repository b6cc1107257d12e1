/** What happened in a storm, and when: what a violation is read against. */

export interface Happening {
  /** Milliseconds since 1970. */
  at: number;
  who: 'storm' | 'operator' | 'vm' | 'round';
  what: string;
}

export class Timeline {
  readonly happenings: Happening[] = [];

  constructor(
    private readonly begin: number,
    private readonly say: (line: string) => void,
  ) {}

  add(who: Happening['who'], what: string): void {
    const happening = { at: Date.now(), who, what };
    this.happenings.push(happening);
    this.say(this.line(happening));
  }

  /** Of those within so many seconds of an instant; all of them where there is none. */
  lines(around: number | null, seconds: number): string[] {
    return this.happenings
      .filter(({ at }) => around === null || Math.abs(at - around) <= seconds * 1000)
      .map((happening) => this.line(happening));
  }

  private line({ at, who, what }: Happening): string {
    return `${((at - this.begin) / 1000).toFixed(1).padStart(7)}s ${who.padEnd(8)} ${what}`;
  }
}

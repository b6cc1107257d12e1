/** COPY_IDs for copies that run at once. Pure. */

/** Characters that a COPY_ID has at most (docs/plugin-contract.md). */
const LONGEST = 80;

interface CopyIds {
  /** Different from the first character on. */
  ofTwoDisks: string[];
  /** As long as may be. The second and the third each differ from the first in one character: the last, the first. */
  alike: string[];
}

/** @param run differs for every test, `a-z0-9` */
export function copyIds(run: string): CopyIds {
  const middle = `-plugin-test-${run}-`.padEnd(LONGEST - 2, 'x');
  const id = (first: string, last: string) => `${first}${middle}${last}`;
  return {
    ofTwoDisks: ['0', '1'].map((disk) => `${disk}-plugin-test-${run}-disk-${disk}`),
    alike: [id('a', 'a'), id('a', 'b'), id('b', 'a')],
  };
}

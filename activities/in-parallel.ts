/** Many questions, a few at a time: nobody who is asked gets them all at once. */

/** At most `most` at once. Answers are in the order of the items; the first that throws makes the whole throw. */
export async function inParallel<T, R>(
  items: readonly T[],
  most: number,
  ask: (item: T) => Promise<R>,
): Promise<R[]> {
  const answers = new Array<R>(items.length);
  const queue = items.entries();
  const asker = async () => {
    for (const [place, item] of queue) answers[place] = await ask(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, asker));
  return answers;
}

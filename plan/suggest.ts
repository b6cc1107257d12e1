/** Guesses at what a user meant, so that an error can offer it. */
import { distance } from 'fastest-levenshtein';

/** A name more different than a third of its letters (and always two) is another name, not a slip. */
function withinReach(wanted: string, candidate: string): boolean {
  return (
    distance(wanted.toLowerCase(), candidate.toLowerCase()) <= Math.max(2, Math.floor(wanted.length / 3))
  );
}

/** At most `limit` of the candidates, nearest first. */
export function similar(wanted: string, candidates: Iterable<string>, limit = 3): string[] {
  return [...new Set(candidates)]
    .filter((candidate) => withinReach(wanted, candidate))
    .map((candidate) => ({ candidate, far: distance(wanted.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** `did you mean "a" or "b"?`, or what else to do where nothing is near. */
export function didYouMean(wanted: string, candidates: Iterable<string>, otherwise: string): string {
  const near = similar(wanted, candidates).map((name) => `"${name}"`);
  return near.length === 0 ? otherwise : `did you mean ${near.join(' or ')}?`;
}

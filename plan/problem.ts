/**
 * What is wrong with an input, said so that the person who wrote it can mend it.
 *
 * Problems are collected, never thrown one by one: a user sees all of them at once.
 */
import { z } from 'zod';
import { MOST_PROBLEMS } from './limits';
import { visible } from './visible';

/** Where in the user's manifests a problem lies. `file` and `line` are known only to whoever read the file. */
export const locationSchema = z.object({
  /** `Plan/openshift-mtv/wave-1`; absent where a document has no readable kind or name. */
  manifest: z.string().optional(),
  /** Field path inside the manifest, as `spec.vms[2].name`. Empty for the manifest itself. */
  path: z.string(),
  file: z.string().optional(),
  /** 1-based. */
  line: z.number().int().positive().optional(),
});

export const problemSchema = z.object({
  /** `error` refuses the plan; `warning` is shown and the plan goes on; `information` asks nobody to act. */
  severity: z.enum(['error', 'warning', 'information']),
  location: locationSchema,
  /** What was found, in one clause: `no datastore is named "ssd-9"`. */
  found: z.string(),
  /** What would be right: `name one of: ssd-1, ssd-2`. */
  remedy: z.string(),
  /** Id of the policy that found it (docs/policies.md); absent where it is none of a policy. */
  policy: z.string().optional(),
  /** Why the plan's author lives with it: it counts no more. */
  acknowledged: z.string().optional(),
  /** Where problems were left out: how many this one stands for. */
  standsFor: z.number().int().positive().optional(),
});

export type Location = z.infer<typeof locationSchema>;
export type Problem = z.infer<typeof problemSchema>;

export function problemAt(
  severity: Problem['severity'],
  location: Location,
  said: Pick<Problem, 'found' | 'remedy'>,
): Problem {
  return { severity, location, ...said };
}

/** A problem that refuses the plan. */
export function errorAt(location: Location, found: string, remedy: string): Problem {
  return problemAt('error', location, { found, remedy });
}

/** A problem that is shown, and the plan goes on. */
export function warningAt(location: Location, found: string, remedy: string): Problem {
  return problemAt('warning', location, { found, remedy });
}

/** One line for a terminal or a log: `plan.yaml:12: spec.vms[0].name: no VM is named "web"; name one of: web01`. */
export function formatProblem(problem: Problem): string {
  return visible([placeOf(problem), `${problem.found}; ${problem.remedy}`].filter((part) => part).join(': '));
}

/** {@link formatProblem} with how it counts before it, and behind it its policy, and why somebody lives with it. */
export function formatJudged(problem: Problem): string {
  const { policy, acknowledged } = problem;
  const id = policy === undefined ? '' : ` [${policy}]`;
  const why = acknowledged === undefined ? '' : ` (acknowledged: ${visible(acknowledged)})`;
  return `${weightOf(problem)}: ${formatProblem(problem)}${id}${why}`;
}

/** `plan.yaml:12: spec.vms[0].name`; empty where no place is known. */
export function placeOf({ location: { file, line, manifest, path } }: Problem): string {
  const place = file === undefined ? manifest : line === undefined ? file : `${file}:${line}`;
  return [place, path].filter((part) => part).join(': ');
}

/** How a problem counts: what is acknowledged counts no more, unless it refuses the plan all the same. */
export function weightOf({ severity, acknowledged }: Problem): Problem['severity'] | 'acknowledged' {
  return acknowledged !== undefined && severity !== 'error' ? 'acknowledged' : severity;
}

/** True when at least one problem refuses the plan. */
export function refuses(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** Those of `more` that are not among `known`: problems of the plan as a whole stand on each of its pages. */
export function newProblems(known: readonly Problem[], more: readonly Problem[]): Problem[] {
  const said = new Set(known.map((problem) => JSON.stringify(problem)));
  return more.filter((problem) => !said.has(JSON.stringify(problem)));
}

/** From the gravest to the lightest. */
const WEIGHTS = ['error', 'warning', 'information', 'acknowledged'] as const satisfies ReturnType<
  typeof weightOf
>[];

/** At most `most` of them: the gravest first where some are left out, and the last says how many those are. */
export function cutProblems(problems: readonly Problem[], most = MOST_PROBLEMS): Problem[] {
  if (problems.length <= most) return [...problems];
  // What an earlier cut counted stays at the end.
  const said = problems.filter(({ standsFor }) => standsFor === undefined);
  const gravestFirst = WEIGHTS.flatMap((weight) => said.filter((one) => weightOf(one) === weight));
  const kept = gravestFirst.slice(0, most - 1);
  const rest = [...gravestFirst.slice(most - 1), ...problems.filter((one) => !said.includes(one))];
  const standsFor = rest.reduce((sum, problem) => sum + (problem.standsFor ?? 1), 0);
  const gravest = WEIGHTS.find((weight) => rest.some((one) => weightOf(one) === weight));
  const severity = gravest === undefined || gravest === 'acknowledged' ? 'information' : gravest;
  const words = { found: `${standsFor} more problems were found`, remedy: 'mend these first' };
  return [...kept, { ...problemAt(severity, { path: '' }, words), standsFor }];
}

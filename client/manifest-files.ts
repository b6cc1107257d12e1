/** Manifests from files, checked as far as that goes without source and target. */
import type { Manifests } from '../activities/interfaces';
import { planNameIn } from '../plan/documents';
import { MOST_FILE_BYTES, MOST_PROBLEMS_SHOWN } from '../plan/limits';
import { type Problem, cutProblems, formatJudged, refuses } from '../plan/problem';
import { type ManifestFile, readManifests } from '../plan/read-manifests';
import { readText } from '../plan/read-text';
import { validateManifests } from '../plan/validate-manifests';
import type { PlanName } from './drover-client';
import { DroverError, invalidInput } from './errors';
import { readFiles } from './read-files';

export interface LoadedManifests {
  manifests: Manifests;
  /** The problem with its file and line. */
  locate(problem: Problem): Problem;
}

/** @throws `InvalidInput`, where a file can't be read, is too large or is no YAML */
export async function loadManifests(files: readonly string[]): Promise<LoadedManifests> {
  const read = readManifests(await readTexts(files));
  if (refuses(read.problems)) throw invalidInput(read.problems);
  return { manifests: read.manifests, locate: read.locate };
}

async function readTexts(files: readonly string[]): Promise<ManifestFile[]> {
  const read = (await readFiles(files, MOST_FILE_BYTES)).map(({ file, bytes }) => ({
    file,
    ...readText(file, bytes),
  }));
  const problems = read.flatMap((result) => ('problem' in result ? [result.problem] : []));
  if (problems.length > 0) throw invalidInput(problems);
  return read.flatMap((result) => ('text' in result ? [result] : []));
}

/** {@link readPlan}, and an error where it is no plan. */
export async function loadPlan(files: readonly string[]): Promise<LoadedManifests & { plan: PlanName }> {
  const { isRefused, problems, ...loaded } = await readPlan(files);
  if (isRefused) throw invalidInput(problems);
  return loaded;
}

export interface ReadPlan extends LoadedManifests {
  /** Names are empty where they can't be read. */
  plan: PlanName;
  /** What is wrong, with files and lines. */
  problems: Problem[];
  isRefused: boolean;
}

/**
 * Manifests from files, checked as a plan: who mistyped a field need not wait for Temporal. Whether a Provider that is missing is
 * registered at the worker, only the worker can say.
 *
 * @throws `InvalidInput`, where a file can't be read, or is too large
 */
export async function readPlan(files: readonly string[]): Promise<ReadPlan> {
  const { locate, manifests, ...yaml } = readManifests(await readTexts(files));
  const { plan, problems } = refuses(yaml.problems)
    ? { plan: null, problems: yaml.problems }
    : validateManifests(manifests, 'unknown');
  return {
    manifests,
    locate,
    plan: plan?.metadata ?? planNameIn(manifests),
    problems: problems.map(locate),
    isRefused: plan === null || refuses(problems),
  };
}

/** Runs something that may refuse the manifests, and gives its problems their files and lines. */
export async function withPlaces<T>({ locate }: LoadedManifests, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof DroverError && error.problems.length > 0)
      throw invalidInput(error.problems.map(locate));
    throw error;
  }
}

/** `error: plan.yaml:12: …`, one a line; the last line counts those that are not shown. */
export function listProblems({ locate }: LoadedManifests, problems: readonly Problem[]): string {
  const shown = cutProblems(problems, MOST_PROBLEMS_SHOWN);
  return shown.map((problem) => `${formatJudged(locate(problem))}\n`).join('');
}

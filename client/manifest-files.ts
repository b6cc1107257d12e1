/** Manifests from files, checked as far as that goes without source and target. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Manifests } from '../activities/contract';
import { type Problem, formatProblem, refuses } from '../plan/problem';
import { readManifests } from '../plan/read-manifests';
import { validateManifests } from '../plan/validate-manifests';
import { DroverError, invalidInput } from './errors';

export interface LoadedManifests {
  manifests: Manifests;
  /** The problem with its file and line. */
  locate(problem: Problem): Problem;
}

/** Errors: `InvalidInput`, where a file can't be read or is no YAML. */
export async function loadManifests(files: readonly string[]): Promise<LoadedManifests> {
  const read = readManifests(await Promise.all(files.map(readText)));
  if (refuses(read.problems)) throw invalidInput(read.problems);
  return { manifests: read.manifests, locate: read.locate };
}

/** The same, checked as a plan: who mistyped a field need not wait for Temporal. */
export async function loadPlan(files: readonly string[]): Promise<LoadedManifests> {
  const loaded = await loadManifests(files);
  const { problems } = validateManifests(loaded.manifests);
  if (refuses(problems)) throw invalidInput(problems.map(loaded.locate));
  return loaded;
}

async function readText(file: string): Promise<{ file: string; text: string }> {
  if (file === '-') return { file: 'stdin', text: await text(process.stdin) };
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new DroverError('InvalidInput', `${file} can't be read (${REASONS[code] ?? code})`);
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

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

/** `error: plan.yaml:12: …`, one a line. */
export function listProblems({ locate }: LoadedManifests, problems: readonly Problem[]): string {
  return problems.map((problem) => `${problem.severity}: ${formatProblem(locate(problem))}\n`).join('');
}

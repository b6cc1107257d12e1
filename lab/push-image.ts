/** Makes OCI images from files of this machine, or takes finished ones, and pushes them to a registry or writes them to a file. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buildProgram } from './own-program';

/** One entry of a layer; its path in the image is absolute. */
export type LayerEntry = { path: string } & (
  | { content: string; mode?: number }
  /** A file or a folder with all that it holds. */
  | { source: string; mode?: number }
  | { link: string }
  | { directory: true; mode?: number }
);

export interface Layer {
  entries: LayerEntry[];
  /** File that keeps the finished layer for the next time it is asked for; absent for none. */
  cache?: string;
}

export interface ImageRecipe {
  /** The lowest first. */
  layers?: Layer[];
  entrypoint?: string[];
  cmd?: string[];
  env?: Record<string, string>;
  /** `uid`, `uid:gid`, or a name of the image's /etc/passwd. */
  user?: string;
  workingDir?: string;
  labels?: Record<string, string>;
  /** Several make an index. Default: this machine's, as `linux/amd64`. */
  platforms?: string[];
}

export type ImageTarget =
  /** `host:port/repository:tag`; `ca` is the registry's certificate authority. */
  | { reference: string; ca?: string; login?: { username: string; password: string } }
  /** A folder in the OCI image layout. */
  | { layout: string }
  /** Such a folder as a tar archive. */
  | { archive: string };

/** What `oci push` prints about the image that it made. */
interface Pushed {
  digest: string;
}

/** Node's name of a processor → OCI's, where they differ. */
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', ia32: '386' };

export function thisPlatform(): string {
  return `linux/${ARCHITECTURES[process.arch] ?? process.arch}`;
}

/**
 * Digest, `sha256:…`, of the manifest, or of the index of an image for several platforms. The digest depends only on
 * the recipe and the files.
 * @throws Error with what the registry answered.
 */
export async function pushImage(recipe: ImageRecipe, target: ImageTarget): Promise<string> {
  const { layers = [], platforms = [thisPlatform()], env = {}, ...config } = recipe;
  const { login, ...place } = { login: undefined, ...target };
  const order = {
    layers,
    platforms,
    config: { ...config, env: Object.entries(env).map(([name, value]) => `${name}=${value}`) },
    target: { ...place, ...login },
  };
  return digestOf(await ask('push', JSON.stringify(order)));
}

/**
 * Pushes an image that was made elsewhere, as it is.
 * @param source a folder in the OCI layout, or a tar archive of such a folder or by `docker save`
 * @throws Error with what is wrong with the source, or what the registry answered
 */
export async function copyImage(source: string, target: ImageTarget): Promise<string> {
  const { login, ...place } = { login: undefined, ...target };
  return digestOf(await ask('copy', JSON.stringify({ source, target: { ...place, ...login } })));
}

function digestOf(answer: string): string {
  return (JSON.parse(answer) as Pushed).digest;
}

async function ask(what: 'push' | 'copy', order: string): Promise<string> {
  const program = spawn(await buildProgram('oci', () => {}), [what], { stdio: 'pipe' });
  const said = { stdout: '', stderr: '' };
  program.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  program.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  program.stdin.end(order);
  const [code] = (await once(program, 'close')) as [number | null];
  if (code !== 0) {
    throw new Error(`the image was not made: ${said.stderr.trim() || `exit code ${code}`}`);
  }
  return said.stdout;
}

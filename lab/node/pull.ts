/** Pulls one image, with the lab's program `oci`, which uses containerd's client. */
import { buildProgram } from '../own-program';
import type { Image } from './images';
import { runCommand } from './spawner';

export interface Login {
  username: string;
  password: string;
}

export interface PullRequest {
  /** As the Pod's spec names it. */
  image: string;
  /** Registries' authorities and mirrors, in the layout of containerd's certs.d. */
  certs: string;
  /** Unpacked images are kept below, by digest. */
  store: string;
  /** `oci` tries them one after the other; where there is none, it does not log in. */
  logins: Login[];
}

/** What `oci pull` says: an image, or why there is none. */
export type PullAnswer =
  | { kind: 'pulled'; image: Image }
  /** The text is not the name of an image. */
  | { kind: 'invalid'; message: string }
  | { kind: 'failed'; message: string };

interface Answer extends Pick<Image, 'id' | 'folder' | 'users' | 'groups'> {
  config: {
    Entrypoint?: string[];
    Cmd?: string[];
    Env?: string[];
    User?: string;
    WorkingDir?: string;
    Labels?: Record<string, string>;
  };
  invalid?: string;
  error?: string;
}

export async function pullImage(request: PullRequest): Promise<PullAnswer> {
  const said = { stdout: '', stderr: '' };
  const heard = {
    stdout: (text: string) => (said.stdout += text),
    stderr: (text: string) => (said.stderr += text),
    status: () => undefined,
  };
  const command = [await buildProgram('oci', () => undefined), 'pull'];
  // The request holds passwords, so it is not passed as an argument: every process list shows arguments.
  const failure = await runCommand({ command, env: { DROVER_PULL: JSON.stringify(request) } }, heard);
  if (failure !== null || said.stdout === '') {
    return { kind: 'failed', message: failure ?? said.stderr.trim() };
  }
  return understood(JSON.parse(said.stdout) as Answer);
}

function understood({ config, invalid, error, ...found }: Answer): PullAnswer {
  if (invalid !== undefined) {
    return { kind: 'invalid', message: invalid };
  }
  if (error !== undefined) {
    return { kind: 'failed', message: error };
  }
  const image: Image = {
    ...found,
    users: found.users ?? [],
    groups: found.groups ?? [],
    entrypoint: config.Entrypoint ?? [],
    cmd: config.Cmd ?? [],
    env: Object.fromEntries((config.Env ?? []).map(nameAndValue)),
    user: config.User ?? '',
    workingDir: config.WorkingDir || '/',
    labels: config.Labels ?? {},
  };
  return { kind: 'pulled', image };
}

function nameAndValue(variable: string): [string, string] {
  const at = variable.indexOf('=');
  return at < 0 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)];
}

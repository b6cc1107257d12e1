/** Runs one of the lab's images in a sandbox, as the node would for a Pod's container, without a cluster. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findImage, imageMounts } from '../../../lab/node/images';
import { startSandbox } from '../../../lab/node/sandbox';
import type { Sandbox, SandboxEnd } from '../../../lab/node/sandbox';
import type { Mount } from '../../../lab/node/sandbox-args';
import { packagePath } from '../../../lab/package-path';

export interface ImageRun {
  image: string;
  /** Replaces the image's entrypoint. */
  command?: string[];
  args?: string[];
  env?: Record<string, string>;
  mounts?: Mount[];
}

export interface RunningImage {
  sandbox: Sandbox;
  /** All output so far. */
  output(): string;
  /** Resolves when the container has ended. */
  ended: Promise<{ end: SandboxEnd; terminationMessage: string; output: string }>;
}

export function runImage({ image, command, args = [], env = {}, mounts = [] }: ImageRun): RunningImage {
  const found = findImage(packagePath('lab', 'images'), `lab.drover.dev/${image}:1`);
  if (found === null) {
    throw new Error(`no image ${image}`);
  }
  const dir = mkdtempSync(join(tmpdir(), 'drover-image-'));
  const terminationLog = join(dir, 'termination-log');
  writeFileSync(terminationLog, '');
  chmodSync(terminationLog, 0o666);
  let output = '';
  const take = (chunk: string) => (output += chunk);
  const sandbox = startSandbox(
    {
      argv: [...(command ?? found.entrypoint), ...args],
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...found.env, ...env },
      workingDir: '/',
      hostname: image,
      uid: found.user ?? 0,
      gid: 0,
      groups: [],
      mounts: [
        ...imageMounts(found),
        { source: terminationLog, target: '/dev/termination-log', readOnly: false },
        ...mounts,
      ],
      readOnlyRoot: false,
    },
    { stdout: take, stderr: take },
  );
  const ended = sandbox.ended.then((end) => {
    const terminationMessage = readFileSync(terminationLog, 'utf8');
    rmSync(dir, { recursive: true });
    return { end, terminationMessage, output };
  });
  return { sandbox, output: () => output, ended };
}

/** Runs one of the lab's images in a sandbox, as the node would for a Pod's container, without a cluster. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLabRegistry } from '../../../lab/lab-images';
import { containerIdentity } from '../../../lab/node/identity';
import { ImageStore } from '../../../lab/node/image-store';
import { type Image, imageMounts, imageRoot } from '../../../lab/node/images';
import { type Sandbox, type SandboxEnd, startSandbox } from '../../../lab/node/sandbox';
import type { Mount } from '../../../lab/node/sandbox-args';

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

const MADE_WITHIN_MS = 300_000;
const images = new Map<string, Image>();

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'drover-run-image-'));
  const registry = await startLabRegistry({ dir: join(dir, 'registry') }, () => undefined);
  const store = new ImageStore({ dir });
  try {
    const catalog = await fetch(`http://${registry.host}/v2/_catalog`);
    const { repositories } = (await catalog.json()) as { repositories: string[] };
    for (const repository of repositories) {
      const name = `${registry.host}/${repository}:1`;
      const logins = () => Promise.resolve([]);
      images.set(repository, await store.provide({ name, policy: 'IfNotPresent', logins }));
    }
  } finally {
    await registry.stop();
    rmSync(dir, { recursive: true });
  }
}, MADE_WITHIN_MS);

export function runImage({ image, command, args = [], env = {}, mounts = [] }: ImageRun): RunningImage {
  const found = images.get(image);
  if (found === undefined) {
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
      ...containerIdentity({}, { name: image }, found),
      root: imageRoot(found),
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

/** Builds Go programs once, into a folder of the cache that appears complete or not at all. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Log } from './log';
import { packagePath } from './package-path';
import { LabRefusal } from './refusal';

/** Program → package that holds its main. */
const KUBERNETES_PACKAGES = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
};

const PROGRESS_EVERY_MS = 15_000;

/** The control plane, from the sources that lab/tools/go.mod pins. Takes minutes on a small machine. */
export async function buildKubernetes(folder: string, version: string, log: Log): Promise<void> {
  const versionVariable = 'k8s.io/component-base/version.gitVersion';
  const packages = Object.entries(KUBERNETES_PACKAGES);
  await intoFolder(folder, async (fresh) => {
    for (const [index, [program, source]] of packages.entries()) {
      await runGo({
        title: `building ${program} ${index + 1}/${packages.length}`,
        args: [
          'build',
          '-ldflags',
          `-s -w -X ${versionVariable}=v${version}`,
          '-o',
          join(fresh, program),
          source,
        ],
        cwd: packagePath('lab', 'tools'),
        log,
      });
    }
  });
}

/** Temporal's command line, which brings the dev server. */
export async function buildTemporal(folder: string, version: string, log: Log): Promise<void> {
  await intoFolder(folder, (fresh) =>
    runGo({
      title: `building temporal ${version}`,
      args: ['install', '-ldflags', '-s -w', `github.com/temporalio/cli/cmd/temporal@v${version}`],
      cwd: fresh,
      env: { GOBIN: fresh },
      log,
    }),
  );
}

/**
 * Lets `fill` write into a fresh folder and then gives that folder its name, in one step: whoever finds the
 * folder finds it complete. Of two who build at once, the first to finish wins.
 */
export async function intoFolder(folder: string, fill: (fresh: string) => Promise<void>): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const fresh = mkdtempSync(`${folder}.partial-`);
  try {
    await fill(fresh);
    if (!existsSync(folder)) {
      renameSync(fresh, folder);
    }
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      throw error;
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

export interface GoRun {
  /** Shown with the elapsed time while it runs. */
  title: string;
  args: string[];
  cwd: string;
  env?: NodeJS.ProcessEnv;
  log: Log;
}

/** @throws Error with the compiler's last lines. */
export async function runGo({ title, args, cwd, env, log }: GoRun): Promise<void> {
  try {
    await withProgress(title, log, () =>
      run(args, cwd, { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', ...env }),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new LabRefusal(`missing: go (${title}); install Go 1.24 or newer from https://go.dev/dl`);
    }
    throw new Error(`${title} failed: ${(error as Error).message}`, { cause: error });
  }
}

/** Says what is being made for later, and while it takes, how long it has taken. */
export async function withProgress(title: string, log: Log, work: () => Promise<void>): Promise<void> {
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  log(`${title} (once; it is kept for later)`);
  const ticker = setInterval(() => log(`${title}: ${elapsed()}`), PROGRESS_EVERY_MS);
  try {
    await work();
    log(`${title}: done after ${elapsed()}`);
  } finally {
    clearInterval(ticker);
  }
}

function run(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = spawn('go', args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    go.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2_000)));
    go.once('error', reject);
    go.once('close', (code) => {
      if (code === 0) {
        resolve();
      } else {
        reject(new Error(words.trim() || `go ended with code ${code}`));
      }
    });
  });
}

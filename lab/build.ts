/** Builds Go programs once, into a folder of the cache that appears complete or not at all. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Log } from './log';
import { packagePath } from './package-path';
import { LabRefusal } from './refusal';

interface Source {
  /** The package that holds the program's main. */
  source: string;
  /**
   * How long it takes, in seconds, on two cores and with nothing compiled before it but the programs above it. Measured on
   * a shared machine: no more than an order of magnitude.
   */
  usualSeconds: number;
}

const KUBERNETES_PROGRAMS: Readonly<Record<string, Source>> = {
  etcd: { source: 'go.etcd.io/etcd/server/v3', usualSeconds: 45 },
  'kube-apiserver': { source: 'k8s.io/kubernetes/cmd/kube-apiserver', usualSeconds: 240 },
  'kube-controller-manager': { source: 'k8s.io/kubernetes/cmd/kube-controller-manager', usualSeconds: 60 },
  'kube-scheduler': { source: 'k8s.io/kubernetes/cmd/kube-scheduler', usualSeconds: 20 },
};

/** Of a real node. */
const NODE_PROGRAMS: Readonly<Record<string, Source>> = {
  kubelet: { source: 'k8s.io/kubernetes/cmd/kubelet', usualSeconds: 60 },
  'kube-proxy': { source: 'k8s.io/kubernetes/cmd/kube-proxy', usualSeconds: 20 },
};

const TEMPORAL_SECONDS = 150;

const PROGRESS_EVERY_MS = 15_000;

/** The programs of the control plane that are not in the folder yet, from the sources that lab/tools/go.mod pins. */
export function buildKubernetes(folder: string, version: string, log: Log): Promise<void> {
  return buildMissing(KUBERNETES_PROGRAMS, { folder, version, log });
}

/** The programs of a real node, from the same sources. */
export function buildNodePrograms(folder: string, version: string, log: Log): Promise<void> {
  return buildMissing(NODE_PROGRAMS, { folder, version, log });
}

async function buildMissing(
  programs: Readonly<Record<string, Source>>,
  { folder, version, log }: { folder: string; version: string; log: Log },
): Promise<void> {
  const versionVariable = 'k8s.io/component-base/version.gitVersion';
  const missing = Object.entries(programs).filter(([program]) => !existsSync(join(folder, program)));
  for (const [index, [program, { source, usualSeconds }]] of missing.entries()) {
    await runGo({
      title: `building ${program} ${index + 1}/${missing.length}`,
      usualSeconds,
      args: [
        'build',
        '-ldflags',
        `-s -w -X ${versionVariable}=v${version}`,
        '-o',
        join(folder, program),
        source,
      ],
      cwd: packagePath('lab', 'tools'),
      log,
    });
  }
}

/** Temporal's command line, which brings the dev server. */
export async function buildTemporal(folder: string, version: string, log: Log): Promise<void> {
  await intoFolder(folder, (fresh) =>
    runGo({
      title: `building temporal ${version}`,
      usualSeconds: TEMPORAL_SECONDS,
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
  /** How long it usually takes on two cores, where that is known. */
  usualSeconds?: number;
  args: string[];
  cwd: string;
  env?: NodeJS.ProcessEnv;
  log: Log;
}

/** @throws Error with the compiler's last lines. */
export async function runGo({ title, usualSeconds, args, cwd, env, log }: GoRun): Promise<void> {
  try {
    const work = () => run(args, cwd, { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', ...env });
    await withProgress(title, log, work, usualSeconds);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new LabRefusal(`missing: go (${title}); install Go 1.24 or newer from https://go.dev/dl`);
    }
    throw new Error(`${title} failed: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Says what is being made for later, and while it takes, how long it has taken.
 * @param usualSeconds how long it usually takes on two cores
 */
export async function withProgress(
  title: string,
  log: Log,
  work: () => Promise<void>,
  usualSeconds?: number,
): Promise<void> {
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const usually = usualSeconds === undefined ? '' : `, usually ${roughly(usualSeconds)} on 2 cores`;
  log(`${title}${usually} (once; it is kept for later)`);
  const ticker = setInterval(() => log(`${title}: ${elapsed()}${usually}`), PROGRESS_EVERY_MS);
  try {
    await work();
    log(`${title}: done after ${elapsed()}`);
  } finally {
    clearInterval(ticker);
  }
}

function roughly(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
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

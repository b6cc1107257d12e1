/**
 * `npm run demo`: the whole product on one machine. Starts a lab, migrates four VMs by two plans at once, and
 * compares every target disk with its source. On the way a plugin's copy fails and is tried again, and a disk that its
 * plugin refuses goes over the network.
 *
 * Exit code 0 only if every VM succeeded and every disk is equal. With `--guest` it migrates one VM that boots, and
 * shows its console. With `--real-node` all disks go into volumes of a node with a real kubelet, and all VMs must run there.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { DroverClient, type MigrationHandle, type VmState, type WaveResult } from '../client';
import { createRenderer } from '../client/render/create-renderer';
import { renderReport } from '../client/render/report';
import { renderTable } from '../client/render/table';
import { readManifests } from '../plan/read-manifests';
import { loadCluster } from './apply';
import { breakOneCopy, slowCopies } from './demo/array';
import { takeDownWhenInterrupted, unlessInterrupted } from './demo/interrupt';
import { watchTogether } from './demo/merge';
import { showRealNode } from './demo/placement';
import { WorkerKiller } from './demo/worker-killer';
import { REAL_NODE_STORAGE_MAP, STORAGE_MAP } from './example-manifests';
import { GUEST_PLAN } from './guest/vms';
import { type StartedProcess, stopProcess } from './process';
import { LabRefusal } from './refusal';
import type { LabState } from './state';
import { startLab } from './up';
import { verifyVm, type DiskVerdict } from './verify';
import { labEnvironment, startWorkerProcess, workerPolls } from './worker-process';

/** What each of the demo's plans is made of, by file in the lab's folder of manifests. */
const COMMON = ['providers.yaml', 'networkmap.yaml'];
const PLANS = ['plan.yaml', 'appliance.yaml'];
/** Of a guest's console, at the end. */
const CONSOLE_LINES = 12;

interface DemoOptions {
  guest: boolean;
  realNode: boolean;
  killWorker: boolean;
  keep: boolean;
}

async function main(options: DemoOptions): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), 'drover-demo-'));
  const dir = join(home, 'lab');
  takeDownWhenInterrupted(dir, home, say);
  let keep = false;
  try {
    const lab = await startLab({
      dir,
      guests: options.guest,
      realNode: options.realNode,
      log: say,
      lifetime: options.keep ? 'itself' : 'caller',
    });
    keep = options.keep;
    try {
      return await migrate(lab.state, options);
    } finally {
      if (keep) say(`the lab is still up; stop it with: npx drover lab down --dir ${dir}`);
      else await lab.stop();
    }
  } finally {
    await unlessInterrupted();
    if (!keep) rmSync(home, { recursive: true, force: true });
  }
}

async function migrate(lab: LabState, options: DemoOptions): Promise<boolean> {
  const { guest, realNode, killWorker } = options;
  let worker = await startWorkerProcess(lab);
  try {
    await using drover = await DroverClient.connect({ env: labEnvironment(lab) });
    say(guest ? 'migrating debian01' : 'migrating web01, db01, archive and appliance');
    if (!guest) await breakOneCopy(lab);
    if (killWorker) await slowCopies(lab);
    const handles = await startPlans(drover, lab, options);
    worker = await follow(handles, { lab, worker, killWorker });
    const results = await Promise.all(handles.map((handle) => handle.result()));
    process.stdout.write(renderReport(results.flatMap((wave) => wave.results)));
    if (!results.every(({ succeeded }) => succeeded)) return false;
    if (guest) return await showGuests(drover, results);
    const core = loadCluster(lab.kubeconfig).makeApiClient(CoreV1Api);
    const isThere = !realNode || (await showRealNode(core, say));
    return (await verify(await vmStates(drover, results), lab, core)) && isThere;
  } finally {
    await stopProcess(worker);
  }
}

async function startPlans(
  drover: DroverClient,
  lab: LabState,
  { guest, realNode }: DemoOptions,
): Promise<MigrationHandle[]> {
  await workerPolls(drover);
  const started: MigrationHandle[] = [];
  const storageMap = realNode ? REAL_NODE_STORAGE_MAP : STORAGE_MAP;
  for (const plan of guest ? [GUEST_PLAN] : PLANS) {
    const files = [...COMMON, storageMap, plan].map((name) => join(lab.manifestsDir, name));
    const { manifests } = readManifests(files.map((file) => ({ file, text: readFileSync(file, 'utf8') })));
    started.push(await drover.startMigration(manifests));
  }
  return started;
}

interface Following {
  lab: LabState;
  worker: StartedProcess;
  killWorker: boolean;
}

/** Shows the waves until they end; returns the worker that runs then. */
async function follow(handles: readonly MigrationHandle[], following: Following): Promise<StartedProcess> {
  const killer = following.killWorker ? new WorkerKiller(following.lab, say) : null;
  const renderer = createRenderer(process.stdout);
  let { worker } = following;
  try {
    for await (const snapshot of watchTogether(handles.map((handle) => handle.watch({ intervalMs: 500 })))) {
      renderer.show(snapshot);
      if (killer) worker = await killer.consider(snapshot, worker);
      if (snapshot.status === 'parked') throw new Error('a VM waits for an operator; see above');
    }
  } finally {
    renderer.close();
  }
  if (killer && killer.missed.length > 0)
    throw new Error(`no chance to kill the worker ${killer.missed.join(', ')}`);
  return worker;
}

/** True if every disk is equal to its source. */
async function verify(states: readonly VmState[], lab: LabState, core: CoreV1Api): Promise<boolean> {
  const verdicts: DiskVerdict[] = [];
  for (const state of states) verdicts.push(...(await verifyVm(lab, core, state)));
  const rows = verdicts.map((verdict) => [
    verdict.vm,
    verdict.disk,
    verdict.sourceSha256.slice(0, 16),
    verdict.targetSha256.slice(0, 16),
    verdict.equal ? 'equal' : 'DIFFERENT',
  ]);
  process.stdout.write(renderTable(['VM', 'DISK', 'SOURCE SHA-256', 'TARGET SHA-256', 'VERDICT'], rows));
  return verdicts.every(({ equal }) => equal);
}

/** Converted disks differ from their sources: that the guests are up is what shows them to be right. */
async function showGuests(drover: DroverClient, results: readonly WaveResult[]): Promise<boolean> {
  const states = await vmStates(drover, results);
  for (const { vm, proof } of states) {
    const { lines } = await (await drover.vm(vm.name)).console(CONSOLE_LINES);
    say(`\nthe console of ${vm.name} (drover console ${vm.name}):\n${lines.join('\n')}`);
    say(proof === null ? `${vm.name} has not shown that it is up` : `${vm.name} is up: ${proof.evidence}`);
  }
  return states.every(({ proof }) => proof !== null);
}

function vmStates(drover: DroverClient, results: readonly WaveResult[]): Promise<VmState[]> {
  const names = results.flatMap(({ vms }) => vms).map(({ name }) => name);
  return Promise.all(names.map(async (name) => (await drover.vm(name)).state()));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The exit code. What a user can mend is one line; anything else comes with where it happened. */
function sayWhy(error: unknown): number {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(error instanceof LabRefusal ? `${error.message}\n` : `the demo failed: ${words}\n`);
  return error instanceof LabRefusal ? error.exitCode : 1;
}

void yargs(hideBin(process.argv))
  .scriptName('npm run demo --')
  .command<DemoOptions>(
    '$0',
    'Migrate four VMs on this machine, with real parts',
    (args) =>
      args
        .option('guest', {
          type: 'boolean',
          default: false,
          describe: 'Migrate one VM instead that is really converted and boots to its login prompt',
        })
        .option('real-node', {
          type: 'boolean',
          default: false,
          describe: 'Migrate onto a node with a real kubelet, containerd and CSI driver',
        })
        .check(({ guest, realNode }) => {
          if (guest && realNode) throw new Error('--guest boots on no real node: name one of both');
          return true;
        })
        .option('kill-worker', {
          type: 'boolean',
          default: false,
          describe: 'Kill the worker twice on the way',
        })
        .option('keep', { type: 'boolean', default: false, describe: 'Leave the lab running afterwards' })
        .epilogue('--real-node needs root and some Debian packages: sudo npm run demo -- --real-node'),
    async (options) => {
      process.exitCode = await main(options).then((good) => (good ? 0 : 1), sayWhy);
    },
  )
  .strict()
  .help()
  .parseAsync();

/**
 * `npm run demo`: the whole product on one machine. Starts a lab, migrates four VMs by two plans at once, and
 * compares every target disk with its source. On the way a plugin's copy fails and is tried again, and a disk that its
 * plugin refuses goes over the network.
 *
 * Exit code 0 only if every VM succeeded and every disk is equal. With `--guest` it migrates one VM that boots, and
 * shows its console.
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
import { watchTogether } from './demo/merge';
import { WorkerKiller } from './demo/worker-killer';
import { GUEST_PLAN } from './guest/vms';
import { type StartedProcess, stopProcess } from './process';
import type { LabState } from './state';
import { startLab } from './up';
import { verifyVm, type DiskVerdict } from './verify';
import { labEnvironment, startWorkerProcess, workerPolls } from './worker-process';

/** What each of the demo's plans is made of, by file in the lab's folder of manifests. */
const COMMON = ['providers.yaml', 'storagemap.yaml', 'networkmap.yaml'];
const PLANS = ['plan.yaml', 'appliance.yaml'];
/** Of a guest's console, at the end. */
const CONSOLE_LINES = 12;

interface DemoOptions {
  guest: boolean;
  killWorker: boolean;
  keep: boolean;
}

async function main(options: DemoOptions): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), 'drover-demo-'));
  const lab = await startLab({
    dir: join(home, 'lab'),
    guests: options.guest,
    log: say,
    lifetime: options.keep ? 'itself' : 'caller',
  });
  let worker = await startWorkerProcess(lab.state);
  try {
    await using drover = await DroverClient.connect({ env: labEnvironment(lab.state) });
    say(options.guest ? 'migrating debian01' : 'migrating web01, db01, archive and appliance');
    if (!options.guest) await breakOneCopy(lab.state);
    if (options.killWorker) await slowCopies(lab.state);
    const handles = await startPlans(drover, lab.state, options.guest ? [GUEST_PLAN] : PLANS);
    worker = await follow(handles, { lab: lab.state, worker, killWorker: options.killWorker });
    const results = await Promise.all(handles.map((handle) => handle.result()));
    process.stdout.write(renderReport(results.flatMap((wave) => wave.results)));
    if (!results.every(({ succeeded }) => succeeded)) return false;
    return options.guest ? await showGuests(drover, results) : await verify(drover, lab.state, results);
  } finally {
    await stopProcess(worker);
    if (options.keep) {
      say(`the lab is still up; stop it with: npx drover lab down --dir ${lab.state.dir}`);
    } else {
      await lab.stop();
      rmSync(home, { recursive: true, force: true });
    }
  }
}

async function startPlans(
  drover: DroverClient,
  lab: LabState,
  plans: readonly string[],
): Promise<MigrationHandle[]> {
  await workerPolls(drover);
  const started: MigrationHandle[] = [];
  for (const plan of plans) {
    const files = [...COMMON, plan].map((name) => join(lab.manifestsDir, name));
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
async function verify(drover: DroverClient, lab: LabState, results: readonly WaveResult[]): Promise<boolean> {
  const core = loadCluster(lab.kubeconfig).makeApiClient(CoreV1Api);
  const verdicts: DiskVerdict[] = [];
  for (const state of await vmStates(drover, results)) verdicts.push(...(await verifyVm(lab, core, state)));
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

function sayWhy(error: unknown): false {
  process.stderr.write(
    `the demo failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return false;
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
        .option('kill-worker', {
          type: 'boolean',
          default: false,
          describe: 'Kill the worker twice on the way',
        })
        .option('keep', { type: 'boolean', default: false, describe: 'Leave the lab running afterwards' }),
    async (options) => {
      process.exitCode = (await main(options).catch(sayWhy)) ? 0 : 1;
    },
  )
  .strict()
  .help()
  .parseAsync();

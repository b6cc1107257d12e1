/**
 * Runs the tests that need a container engine (*.engine.test.ts), with an engine of their own beside everything else on
 * the machine: dockerd in namespaces for network, mounts and processes, whose last process takes all of them along.
 *   npm run test:engine           arguments are Jest's own
 * Where no engine can run it says so, and that is no failure.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheDir } from '../../lab/cache';
import { packagePath } from '../../lab/package-path';
import { gather, type Ingredients } from './ingredients';
import { whyNoEngine } from './possible';

/** Of TEST-NET-1, which is nobody's: where containers find the lab. */
const LAB_ADDRESS = '192.0.2.1';
const FOLDERS = 'engine-run-';
const CGROUPS = '/sys/fs/cgroup';
/** Beyond it something hangs: a run takes less than ten minutes. */
const DEADLINE_MS = 25 * 60_000;

const log = (line: string) => console.log(`engine: ${line}`);

async function main(): Promise<number> {
  const why = whyNoEngine();
  if (why !== null) {
    console.log(`test:engine: skipped: no container engine can run here: ${why}`);
    tellSkipped(why);
    return 0;
  }
  const ingredients = await gather(log);
  await removeLeftOvers();
  const dir = mkdtempSync(join(cacheDir(), FOLDERS));
  mkdirSync(temporaryOf(dir));
  const engine = enterNamespaces(dir, ingredients);
  const ended = once(engine, 'exit') as Promise<[number | null]>;
  const giveUp = () => void engine.kill('SIGKILL');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, giveUp);
  const deadline = setTimeout(() => {
    log(`no end after ${DEADLINE_MS / 60_000} minutes: killed`);
    giveUp();
  }, DEADLINE_MS);
  const network = await connect(engine, dir);
  const [code] = await ended;
  clearTimeout(deadline);
  network.kill();
  await removeEngine(dir);
  return code ?? 1;
}

/** For whoever reads the results: none is not all well. */
function tellSkipped(why: string): void {
  const option = process.argv.find((argument) => argument.startsWith('--outputFile='));
  if (option === undefined) return;
  writeFileSync(
    option.slice('--outputFile='.length),
    JSON.stringify({ skipped: why, numPassedTests: 0, numFailedTests: 0 }),
  );
}

/** A process that dies with this one, whatever kills it, and everything in its namespaces with it. */
function enterNamespaces(dir: string, ingredients: Ingredients): ChildProcess {
  const namespaces = [
    '--net',
    '--mount',
    '--propagation=private',
    '--pid',
    '--fork',
    '--mount-proc',
    '--kill-child',
  ];
  const program = [
    '-r',
    packagePath('test', 'support', 'typescript.js'),
    join(__dirname, 'inside.ts'),
    ...process.argv.slice(2),
  ];
  return spawn(
    'setpriv',
    [
      '--pdeathsig=KILL',
      '--',
      'flock',
      '--no-fork',
      lockOf(dir),
      'unshare',
      ...namespaces,
      join(__dirname, 'inside.sh'),
      process.execPath,
      ...program,
    ],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        // These, and Debian's own client, before any other of the machine.
        PATH: `${ingredients.newer}:/usr/sbin:/usr/bin:/sbin:/bin:${process.env['PATH'] ?? ''}`,
        ENGINE_DIR: dir,
        TMPDIR: temporaryOf(dir),
        LAB_ADDRESS,
        DOCKER_HOST: `unix://${dir}/docker.sock`,
        DOCKER_CONFIG: ingredients.newer,
        ENGINE_INGREDIENTS: JSON.stringify(ingredients),
      },
    },
  );
}

/** The namespaces' only way out: a NAT in user space. */
async function connect(engine: ChildProcess, dir: string): Promise<ChildProcess> {
  const own = readlinkSync('/proc/self/ns/net');
  const theirs = () => readlinkSync(`/proc/${engine.pid}/ns/net`);
  while (engine.exitCode === null && theirs() === own) await delay(20);
  const output = openSync(join(dir, 'slirp4netns.log'), 'a');
  const options = ['--configure', '--mtu=65520', '--disable-host-loopback', String(engine.pid), 'tap0'];
  return spawn('setpriv', ['--pdeathsig=KILL', '--', 'slirp4netns', ...options], {
    stdio: ['ignore', output, output],
  });
}

/** What a run that was killed has left: files, and names of groups without processes. */
async function removeLeftOvers(): Promise<void> {
  for (const name of readdirSync(cacheDir()).filter((entry) => entry.startsWith(FOLDERS))) {
    const dir = join(cacheDir(), name);
    if (spawnSync('flock', ['--nonblock', lockOf(dir), 'true']).status === 0) await removeEngine(dir);
  }
}

function lockOf(dir: string): string {
  return join(dir, 'lock');
}

/** Where everything below it makes its temporary folders: short, for sockets among them, whose paths have a limit. */
function temporaryOf(dir: string): string {
  return join(tmpdir(), basename(dir));
}

/** Once its namespaces have ended. The kernel takes a moment to forget their mounts. */
async function removeEngine(dir: string): Promise<void> {
  for (const hierarchy of ['.', ...readdirSync(CGROUPS)])
    removeGroup(join(CGROUPS, hierarchy, basename(dir)));
  for (const each of [temporaryOf(dir), dir])
    rmSync(each, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
}

function removeGroup(group: string): void {
  if (!existsSync(group)) return;
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(group, entry.name));
  }
  rmdirSync(group);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`engine: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);

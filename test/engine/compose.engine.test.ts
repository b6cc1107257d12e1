/** README's "Run it", step by step, from a clean checkout, under a real container engine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { DroverClient } from '../../client';
import { loadCluster } from '../../lab/apply';
import { PLAN_NAMESPACE, PROVIDER_SECRET } from '../../lab/cluster-objects';
import { labImage } from '../../lab/lab-images';
import { packagePath } from '../../lab/package-path';
import { startLab, type RunningLab } from '../../lab/up';
import { verifyVm } from '../../lab/verify';
import { inventory, plan, planFile, vm } from '../e2e/site';
import { StorageArray } from '../e2e/storage-array';
import { startDrover } from '../support/drover-process';
import { eventually } from '../support/eventually';
import { readLockFile } from '../supply-chain/lock-file';
import { Checkout, succeeded } from './checkout';

const NAMES = ['first', 'second', 'third'];
const DROVER = join(__dirname, '..', '..', 'dist', 'client', 'drover.js');
/** What README has its reader export. */
const README_ENVIRONMENT = { TEMPORAL_NAMESPACE: 'drover' };
const BUILD_TIMEOUT_MS = 10 * 60_000;
const MINUTES = 60_000;

let home: string;
let lab: RunningLab;
let checkout: Checkout;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'drover-engine-'));
  checkout = new Checkout();
  lab = await startLab({
    dir: join(home, 'lab'),
    address: process.env['LAB_ADDRESS'],
    inventory: inventory(NAMES.map((name) => vm(name, ['block', 'files']))),
    lifetime: 'caller',
    log: () => undefined,
  });
  await trustByThumbprint();
}, 5 * MINUTES);

afterAll(async () => {
  await checkout.remove();
  await lab.stop();
  rmSync(home, { recursive: true, force: true });
}, 2 * MINUTES);

/** The simulated vCenter's certificate names 127.0.0.1 only, and containers know it by another address. */
async function trustByThumbprint(): Promise<void> {
  const core = loadCluster(lab.state.kubeconfig).makeApiClient(CoreV1Api);
  const place = { name: PROVIDER_SECRET, namespace: PLAN_NAMESPACE };
  const secret = await core.readNamespacedSecret(place);
  const thumbprint = Buffer.from(lab.state.vcenter.thumbprint).toString('base64');
  await core.replaceNamespacedSecret({ ...place, body: { ...secret, data: { ...secret.data, thumbprint } } });
}

const drover = (...args: string[]) => checkout.run(process.execPath, [DROVER, ...args], README_ENVIRONMENT);

const healthy = (service: string) =>
  eventually(async () => (await checkout.container(service)).State.Health?.Status === 'healthy');

test(
  'the worker gets its rights by deploy/example, and a kubeconfig by the commands of docs/operations.md',
  async () => {
    await checkout.giveRights(lab.state.kubeconfig);
    await checkout.makeKubeconfig(lab.state.kubeconfig);
    checkout.set('POSTGRES_PASSWORD', 'of a test; with $ome signs'.replaceAll(/[ ;$]/g, '-'));
    const { registry } = lab.state;
    checkout.addToWorker({
      DROVER_BINDER_IMAGE: labImage(registry, 'pause'),
      DROVER_PLAIN_HTTP_REGISTRIES: registry,
    });
  },
  MINUTES,
);

test(
  'docker compose builds the image, and starts everything in its order',
  async () => {
    await checkout.composed('up', '--detach', '--build');

    for (const service of ['schema', 'setup'])
      expect((await checkout.container(service)).State).toMatchObject({ Status: 'exited', ExitCode: 0 });
    await healthy('temporal');
    await healthy('worker');
  },
  BUILD_TIMEOUT_MS,
);

test(
  'the set-up is complete, and the UI answers',
  async () => {
    succeeded(await drover('setup', '--check'));
    const settings = await eventually(() => fetch('http://127.0.0.1:8080/api/v1/settings').catch(() => null));
    expect(await settings.json()).toMatchObject({ DefaultNamespace: 'drover' });
  },
  MINUTES,
);

test(
  'three VMs are migrated, although PostgreSQL is killed in the middle of their copies',
  async () => {
    const array = new StorageArray(lab.state);
    await array.takeAtLeast(20);
    const file = planFile(lab.state, plan(lab.state, NAMES, { name: 'engine' }));
    const migration = startDrover(['migrate', '-f', file, '--watch'], README_ENVIRONMENT);
    await migration.said(/copying/);

    const { State } = await checkout.container('postgresql');
    process.kill(State.Pid, 'SIGKILL');
    await eventually(async () => {
      const { State: now } = await checkout.container('postgresql');
      return now.Pid !== State.Pid && now.Health?.Status === 'healthy';
    });

    succeeded(await migration.ended);
    expect(await verdicts()).toEqual(NAMES.flatMap((name) => Array(2).fill({ vm: name, equal: true })));
  },
  5 * MINUTES,
);

/** Of every disk, by the lab's own comparison with its source. */
async function verdicts(): Promise<{ vm: string; equal: boolean }[]> {
  const client = await DroverClient.connect({ env: README_ENVIRONMENT });
  const core = loadCluster(lab.state.kubeconfig).makeApiClient(CoreV1Api);
  const found: { vm: string; equal: boolean }[] = [];
  for (const name of NAMES) {
    const state = await (await client.vm(name)).state();
    found.push(...(await verifyVm(lab.state, core, state)).map(({ vm: of, equal }) => ({ vm: of, equal })));
  }
  await client.close();
  return found;
}

test(
  'the worker ends within seconds when it is told to',
  async () => {
    const began = Date.now();
    await checkout.composed('stop', 'worker');
    expect(Date.now() - began).toBeLessThan(10_000);
    expect((await checkout.container('worker')).State.ExitCode).toBe(0);
  },
  MINUTES,
);

test(
  'what was migrated is known after everything was taken down and brought up again',
  async () => {
    await checkout.composed('down');
    await checkout.composed('up', '--detach');
    const status = succeeded(await drover('status'));
    for (const name of NAMES) expect(status).toMatch(new RegExp(`${name}.*succeeded`));
  },
  3 * MINUTES,
);

test(
  'a password that is not the one of the database is refused in words that say what to do',
  async () => {
    await checkout.composed('down');
    checkout.set('POSTGRES_PASSWORD', 'another');
    await checkout.composed('up', '--detach', '--wait', 'postgresql');
    const schema = await checkout.compose('run', '--rm', '--no-deps', 'schema');
    expect(schema.code).toBe(1);
    expect(schema.stderr).toMatch(/^schema: PostgreSQL refuses the password of its user temporal\. .*\.env/m);
    expect(schema.stdout + schema.stderr).not.toMatch(/goroutine|\.go:\d+|another/);
  },
  2 * MINUTES,
);

describe("the worker's image", () => {
  const inImage = async (script: string) => {
    const args = ['run', '--rm', '--entrypoint', 'sh', await image(), '-c', script];
    return (await checkout.run('docker', args)).stdout.trim();
  };
  const image = async () =>
    (await checkout.compose('config', '--images')).stdout.match(/^drover-worker:.*$/m)?.[0] ?? '';

  test(
    'runs as a user that is named by number, and says what it is',
    async () => {
      const { stdout } = await checkout.run('docker', ['inspect', await image()]);
      const [inspected] = JSON.parse(stdout) as {
        Config: { User: string; Labels: Record<string, string> };
      }[];
      expect(inspected?.Config.User).toBe('1000:1000');
      expect(inspected?.Config.Labels).toMatchObject({
        'org.opencontainers.image.title': 'drover-worker',
        'org.opencontainers.image.licenses': 'Apache-2.0',
      });
    },
    MINUTES,
  );

  test(
    'holds the bill of what it ships, and neither secrets nor history nor other platforms',
    async () => {
      const bill = JSON.parse(await inImage('cat /app/sbom.cdx.json')) as {
        components: { 'bom-ref': string }[];
      };
      const shipped = readLockFile(packagePath('package-lock.json')).filter(
        ({ dev, optional }) => !dev && !optional,
      );
      const named = shipped.map(({ path, version }) => `${path.split('node_modules/').at(-1)}@${version}`);
      expect(bill.components.map((component) => component['bom-ref'])).toEqual(expect.arrayContaining(named));
      expect(bill.components.map((component) => component['bom-ref']).join()).not.toMatch(/(^|,)jest@/);
      expect(await inImage('ls -A /app')).not.toMatch(/\.env|\.git|kubeconfig|test/);
      expect(await inImage('ls node_modules/@temporalio/core-bridge/releases')).toBe(
        'x86_64-unknown-linux-gnu',
      );
    },
    MINUTES,
  );
});

test(
  "the conversion's own part is built, and run by hand it prints what it would tell a cluster",
  async () => {
    const tag = 'drover-conversion:own-part';
    const recipe = ['--file', 'images/conversion/Dockerfile', '--target', 'build', '--tag', tag];
    expect(await checkout.run('docker', ['buildx', 'build', '--quiet', ...recipe, '.'])).toMatchObject({
      code: 0,
    });
    const probe = ['--user', '107:107', tag, 'node', 'dist/images/conversion/main.js', 'probe'];
    const { stderr } = await checkout.run('docker', ['run', '--rm', ...probe]);
    expect(stderr).toMatch(/the report can't be written to \/dev\/termination-log \(EACCES\)/);
    expect(stderr).not.toMatch(/^ +at /m);
  },
  BUILD_TIMEOUT_MS,
);

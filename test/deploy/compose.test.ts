import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(__dirname, '..', '..');

interface Service {
  image: string;
  command: string[] | null;
  environment?: Record<string, string>;
  ports?: { target: number; published: string; host_ip?: string }[];
  volumes?: { type: string; source: string; target: string }[];
  build?: { context: string; dockerfile: string };
  depends_on?: Record<string, { condition: string }>;
  restart?: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  mem_limit?: string;
  pids_limit?: number;
  logging?: { options?: Record<string, string> };
  healthcheck?: { test: string[] };
}

/** The file as docker compose itself loads it (compose-go), with the variables that its head asks for. */
function load(environment: Record<string, string>): Record<string, Service> {
  const output = execFileSync('go', ['run', '.', join(ROOT, 'docker-compose.yml')], {
    cwd: join(__dirname, 'compose-loader'),
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return (JSON.parse(output) as { services: Record<string, Service> }).services;
}

describe('docker-compose.yml', () => {
  let services: Record<string, Service>;
  beforeAll(() => {
    services = load({ POSTGRES_PASSWORD: 'only-for-loading', DROVER_KUBECONFIG: '/dev/null' });
  });

  const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

  const service = (name: string): Service => {
    const found = services[name];
    if (!found) throw new Error(`no service ${name}`);
    return found;
  };

  test('refuses to start without a database password or a kubeconfig, and says what to do', () => {
    const refusal = () => load({ POSTGRES_PASSWORD: '', DROVER_KUBECONFIG: '/dev/null' });
    expect(refusal).toThrow(/choose a password for Temporal's database/);
    expect(() => load({ POSTGRES_PASSWORD: 'x', DROVER_KUBECONFIG: '' })).toThrow(/deploy\/account/);
  });

  test('mounts and builds only from files that exist', () => {
    for (const { volumes = [], build } of Object.values(services)) {
      for (const volume of volumes.filter(({ type }) => type === 'bind'))
        expect(existsSync(volume.source)).toBe(true);
      if (build) expect(existsSync(join(build.context, build.dockerfile))).toBe(true);
    }
  });

  test('pins every image to a version', () => {
    for (const { image } of Object.values(services)) expect(image).toMatch(/:\d+(\.\d+)+$/);
  });

  test('runs commands that drover has', () => {
    for (const name of ['setup', 'worker']) {
      const [command] = service(name).command ?? [];
      const help = execFileSync(
        process.execPath,
        [join(ROOT, 'dist', 'client', 'drover.js'), command ?? '', '--help'],
        { encoding: 'utf8' },
      );
      expect(help).toContain(`drover ${command}`);
    }
  });

  test('points everyone at the port on which Temporal listens', () => {
    const [port] = service('temporal').ports ?? [];
    expect(port).toMatchObject({ target: 7233, host_ip: '127.0.0.1' });
    for (const name of ['setup', 'worker', 'ui']) {
      expect(service(name).environment?.['TEMPORAL_ADDRESS']).toBe(`temporal:${port?.target}`);
    }
  });

  test('gives the worker a kubeconfig where it looks for one', () => {
    const { environment = {}, volumes = [] } = service('worker');
    expect(volumes.map(({ target }) => target)).toContain(environment['KUBECONFIG']);
  });

  test('starts nothing before what it needs: schema, then Temporal, then set-up, then the worker', () => {
    expect(service('temporal').depends_on).toMatchObject({
      schema: { condition: 'service_completed_successfully' },
    });
    expect(service('setup').depends_on).toMatchObject({ temporal: { condition: 'service_healthy' } });
    expect(service('worker').depends_on).toMatchObject({
      setup: { condition: 'service_completed_successfully' },
    });
  });

  test('mounts the dynamic configuration that the server is told to read', () => {
    const { environment = {}, volumes = [] } = service('temporal');
    const [mount] = volumes;
    const file = join(
      mount?.source ?? '',
      (environment['DYNAMIC_CONFIG_FILE_PATH'] ?? '').split('/').at(-1) ?? '',
    );
    const settings = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect(settings['matching.enableFairness']).toEqual([{ value: true }]);
  });

  test('takes the version of the package for its image, so that an update does not run the old one', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(service('worker').image).toBe(`drover-worker:${version}`);
    for (const file of ['images/worker/Dockerfile', 'images/conversion/Dockerfile'])
      expect(read(file)).toContain(`ARG VERSION=${version}\n`);
  });

  test('tries one-shot services again, and keeps the others running', () => {
    for (const name of ['schema', 'setup']) expect(service(name).restart).toBe('on-failure:10');
    for (const name of ['postgresql', 'temporal', 'ui', 'worker'])
      expect(service(name).restart).toBe('unless-stopped');
  });

  test('confines every service: no privilege to gain, bounded memory, processes and logs', () => {
    for (const confined of Object.values(services)) {
      expect(confined).toMatchObject({
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        pids_limit: 512,
        logging: { options: { 'max-size': '10m', 'max-file': '5' } },
      });
      expect(Number(confined.mem_limit)).toBeGreaterThan(0);
    }
    expect(service('worker')).toMatchObject({ user: '1000:1000', read_only: true });
  });

  test('asks PostgreSQL by TCP, where the server that only makes the database does not answer', () => {
    expect(service('postgresql').healthcheck?.test.join(' ')).toContain('pg_isready --host 127.0.0.1');
  });

  test('asks the worker for its readiness where it offers it', () => {
    const { environment = {}, healthcheck } = service('worker');
    expect(healthcheck?.test.at(-1)).toContain(`fetch('http://${environment['DROVER_HEALTH']}/readyz')`);
  });

  test('opens the UI on the namespace that the worker uses', () => {
    expect(service('ui').environment?.['TEMPORAL_DEFAULT_NAMESPACE']).toBe(
      service('worker').environment?.['TEMPORAL_NAMESPACE'],
    );
  });

  test('has an example of .env that names every variable without a default', () => {
    const named = [...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    const needed = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => name);
    expect(named).toEqual(expect.arrayContaining(needed));
  });
});

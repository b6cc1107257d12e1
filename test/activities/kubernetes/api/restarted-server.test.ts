/**
 * A real API server that was restarted, and cannot read its RBAC objects yet: between it and etcd the question for them is held
 * until the test lets it go on. The server refuses every right meanwhile.
 */
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { isStatus } from '../../../../activities/kubernetes/api/errors';
import { CONFIG_MAPS, PODS, SECRETS } from '../../../../activities/kubernetes/api/kinds';
import { loadCluster } from '../../../../lab/apply';
import { chooseKubernetes, provideKubernetes } from '../../../../lab/binaries';
import { type ControlPlane, startControlPlane } from '../../../../lab/control-plane';
import { writeKubeconfig } from '../../../../lab/kubeconfig';
import { thisMachine } from '../../../../lab/machine';
import { type StartedProcess, startProcess, stopProcess } from '../../../../lab/process';
import { kubernetesVersion } from '../../../../workers/kubernetes-version';
import { eventually } from '../../../support/eventually';

jest.setTimeout(300_000);

const USER = 'test:reader';
const TOKEN = 'any-token';
const NAMESPACE = 'default';
/** Longer than any machine needs from the moment when the rights may be loaded. */
const PATIENCE_MS = 240_000;

let dir: string;
let plane: ControlPlane;
let kubeconfig: string;
let client: ApiClient;
let server: StartedProcess;
let etcd: HeldEtcd;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-restarted-'));
  ends.push(() => rmSync(dir, { recursive: true, force: true }));
  const choice = chooseKubernetes({ ...thisMachine(), env: { ...process.env, DROVER_LAB_KUBECONFIG: '' } });
  if (choice.from === 'given') throw new Error('this test needs a control plane of its own');
  plane = await startControlPlane({ dir, binaries: await provideKubernetes(choice, () => undefined) });
  ends.push(() => plane.stop());
  // Read by a server that starts.
  appendFileSync(join(dir, 'tokens.csv'), `${TOKEN},${USER},${USER}\n`);
  await letReaderRead();
  kubeconfig = join(dir, 'reader.yaml');
  const ca = readFileSync(plane.caFile, 'utf8');
  writeKubeconfig(kubeconfig, { url: plane.url, ca, user: USER, token: TOKEN });
  client = new ApiClient(loadCluster(kubeconfig), { patienceMs: PATIENCE_MS });
  ends.push(() => client.close());
  await restartHeld();
});

/** What ends what has begun, the last first, however far it came. */
const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** Pods and ConfigMaps, and nothing else. */
async function letReaderRead(): Promise<void> {
  const rbac = loadCluster(plane.kubeconfig).makeApiClient(RbacAuthorizationV1Api);
  const metadata = { name: 'reader' };
  const rules = [{ apiGroups: [''], resources: ['pods', 'configmaps'], verbs: ['get', 'list', 'watch'] }];
  await rbac.createNamespacedRole({ namespace: NAMESPACE, body: { metadata, rules } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }];
  await rbac.createNamespacedRoleBinding({ namespace: NAMESPACE, body: { metadata, roleRef, subjects } });
}

/** Ends once the new server refuses the reader what it may do. */
async function restartHeld(): Promise<void> {
  const former = plane.processes.find(({ name }) => name === 'kube-apiserver')!;
  const [command = '', ...args] = readFileSync(`/proc/${former.pid}/cmdline`, 'utf8')
    .split('\0')
    .slice(0, -1);
  const isEtcd = (arg: string) => arg.startsWith('--etcd-servers=');
  etcd = await HeldEtcd.before(Number(new URL(args.find(isEtcd)!.split('=')[1]!).port));
  ends.push(() => etcd.close());
  process.kill(-former.pid, 'SIGKILL');
  await eventually(() => !isListening());
  const throughHold = args.map((arg) => (isEtcd(arg) ? `--etcd-servers=http://127.0.0.1:${etcd.port}` : arg));
  const logDir = join(dir, 'logs');
  server = await startProcess({
    name: 'restarted',
    command,
    args: throughHold,
    logDir,
    lifetime: 'caller',
  });
  ends.push(() => stopProcess(server));
  await eventually(isListening);
  const hasty = new ApiClient(loadCluster(kubeconfig), { patienceMs: 0 });
  await eventually(() => hasty.list(PODS, { namespace: NAMESPACE }).catch((error) => isStatus(error, 403)));
  hasty.close();
}

/** Asked of the kernel: a connection to a port on which nobody listens may become one to itself, and keep the port. */
function isListening(): boolean {
  const port = Number(new URL(plane.url).port).toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`:${port} 00000000:0000 0A`).test(readFileSync('/proc/net/tcp', 'utf8'));
}

/** What the reader was refused so far, as `list pods`. */
function refusals(): string[] {
  const lines = readFileSync(plane.auditLog, 'utf8').split('\n');
  return lines
    .filter((line) => line.includes(`"username":"${USER}"`) && line.includes('"code":403'))
    .map((line) => JSON.parse(line) as { verb: string; requestURI: string; objectRef?: { resource: string } })
    .map(({ verb, requestURI, objectRef }) => `${verb} ${objectRef?.resource ?? requestURI}`);
}

/** Hands everything on to etcd, but for who asks for (cluster) role bindings: that connection stands still until {@link letGo}. */
class HeldEtcd {
  private readonly held = new Set<() => void>();
  private readonly sockets = new Set<Socket>();
  private goesOn = false;

  private constructor(private readonly server: Server) {}

  static async before(port: number): Promise<HeldEtcd> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new HeldEtcd(server);
    server.on('connection', (socket) => proxy.pass(socket, connect(port, '127.0.0.1')));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  letGo(): void {
    this.goesOn = true;
    for (const goOn of this.held) goOn();
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private pass(from: Socket, to: Socket): void {
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    to.pipe(from);
    from.on('data', (bytes: Buffer) => {
      const pass = () => void to.write(bytes);
      if (this.goesOn || !bytes.includes('rolebindings/')) return pass();
      from.pause();
      this.held.add(() => {
        pass();
        from.resume();
      });
    });
  }
}

test('what a server refuses before it has loaded its rights is asked again, and what it still refuses is missing', async () => {
  const former = process.env.KUBECONFIG;
  process.env.KUBECONFIG = kubeconfig;
  const stop = new AbortController();
  const watch = { namespace: NAMESPACE, resourceVersion: '0', timeoutSeconds: 300, signal: stop.signal };
  const asked = Promise.allSettled([
    client.list(PODS, { namespace: NAMESPACE }),
    client.watch(CONFIG_MAPS, watch),
    kubernetesVersion(PATIENCE_MS),
    client.list(SECRETS, { namespace: NAMESPACE }),
  ]);
  await eventually(() => {
    const refused = new Set(refusals());
    return ['list pods', 'watch configmaps', 'get /version', 'list secrets'].every((one) => refused.has(one));
  });
  etcd.letGo();

  const [pods, events, version, secrets] = await asked;
  stop.abort();
  if (former === undefined) delete process.env.KUBECONFIG;
  else process.env.KUBECONFIG = former;
  expect(pods).toMatchObject({ status: 'fulfilled', value: { items: [] } });
  expect(events).toMatchObject({ status: 'fulfilled' });
  expect(version).toMatchObject({ status: 'fulfilled', value: expect.stringMatching(/^v1\./) as string });
  expect(secrets).toMatchObject({ status: 'rejected', reason: { status: 403 } });

  // Now that the server is ready, a right that is missing is told after one second look.
  const before = refusals().length;
  await expect(client.list(SECRETS, { namespace: NAMESPACE })).rejects.toMatchObject({ status: 403 });
  expect(refusals().slice(before)).toEqual(['list secrets', 'list secrets']);
});

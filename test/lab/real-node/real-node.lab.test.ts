/** The lab's real node: a kubelet and a containerd that run Pods as a customer's do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Exec } from '@kubernetes/client-node';
import type { NodePlace } from '../../../lab/real-node';
import { eventually } from '../../support/eventually';
import { realNodeTests } from '../../support/real-node';
import { NAMESPACE, RealCluster } from './real-cluster';
import { NO_TRACES, type Traces, tracesOf } from './traces';

/** Of a machine that is slow and busy. */
const START_MS = 600_000;
const PATIENCE_MS = 240_000;

realNodeTests(() => {
  const cluster = new RealCluster();
  const before = machine();
  beforeAll(() => cluster.start(), START_MS);
  afterAll(() => cluster.stop(), PATIENCE_MS);

  test(
    'runs a restricted Pod of an image of the registry, whose log is read and in which commands run through the API',
    async () => {
      const command = ['/bin/sh', '-c', 'id -u; trap "exit 0" TERM; sleep infinity & wait'];
      await cluster.run('held', 'pause', { command });
      const { spec, status } = await cluster.untilPhase('held', 'Running');
      expect(spec?.nodeName).toBe('lab-real-node');
      expect(status?.containerStatuses?.[0]?.containerID).toMatch(/^containerd:/);
      expect(await eventually(() => cluster.logs('held'))).toBe('107\n');
      expect(await exec('held', ['/bin/sh', '-c', 'echo "$HOSTNAME"'])).toBe('held\n');
    },
    PATIENCE_MS,
  );

  test(
    "a Pod reaches the API server by its Service, and the lab's registry by its address",
    async () => {
      await cluster.run('asking', 'offload-plugin', {
        command: ['/usr/local/bin/node', '-e', ASK],
        env: [{ name: 'REGISTRY', value: cluster.registry.host }],
      });
      await cluster.untilPhase('asking', 'Succeeded', 'Failed');
      expect((await cluster.logs('asking')).trim()).toBe('v1.34.4 200');
    },
    PATIENCE_MS,
  );

  test("the node has changed nothing of the machine's own settings and folders", () => {
    expect(machine()).toEqual(before);
  });

  test(
    'nothing of it is left when its process 1 is killed while a Pod runs',
    async () => {
      const traces = tracesOf(cluster.place, cluster.dir);
      expect(traces()).not.toEqual(NO_TRACES);
      process.kill(cluster.place.namespaces.pid, 'SIGKILL');
      expect(await gone(traces)).toEqual(NO_TRACES);
    },
    PATIENCE_MS,
  );

  test(
    'nothing of it is left when the process that started it is killed',
    async () => {
      const dir = mkdtempSync(join(tmpdir(), 'drover-real-node-doomed-'));
      const loader = require.resolve('../../support/typescript.js');
      const program = require.resolve('./doomed-place.ts');
      const doomed = spawn(process.execPath, ['-r', loader, program, dir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [said] = (await once(doomed.stdout!, 'data')) as [Buffer];
      const traces = tracesOf(JSON.parse(said.toString()) as NodePlace, dir);
      expect(traces()).toMatchObject({ links: [expect.any(String)] });
      const ended = once(doomed, 'exit');
      doomed.kill('SIGKILL');
      await ended;
      expect(await gone(traces)).toEqual(NO_TRACES);
      rmSync(dir, { recursive: true });
    },
    PATIENCE_MS,
  );

  async function exec(pod: string, command: string[]): Promise<string> {
    const stdout = new PassThrough();
    let text = '';
    stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const ended = once(stdout, 'end');
    await new Exec(cluster.config).exec(NAMESPACE, pod, 'main', command, stdout, null, null, false, () =>
      stdout.end(),
    );
    await ended;
    return text;
  }
});

/** Asks for the version of the API server as every Pod can, and for the registry's front door. */
const ASK = `
  const { readFileSync } = require('node:fs');
  const { get } = require('node:https');
  const secrets = '/var/run/secrets/kubernetes.io/serviceaccount/';
  const headers = { authorization: 'Bearer ' + readFileSync(secrets + 'token', 'utf8') };
  const url = 'https://' + process.env.KUBERNETES_SERVICE_HOST + '/version';
  get(url, { ca: readFileSync(secrets + 'ca.crt'), headers }, async (answer) => {
    let text = '';
    for await (const part of answer) text += part;
    const { status } = await fetch('http://' + process.env.REGISTRY + '/v2/');
    console.log(JSON.parse(text).gitVersion, status);
  });
`;

/** What a kubelet, a kube-proxy and CNI plugins change where they are at home. */
function machine(): Record<string, unknown> {
  const settings = [
    'vm/overcommit_memory',
    'kernel/panic',
    'kernel/keys/root_maxkeys',
    'net/ipv4/ip_forward',
  ];
  const folders = ['/var/lib/kubelet', '/var/lib/containerd', '/var/lib/cni', '/var/log/pods', '/run/netns'];
  return Object.fromEntries([
    ...settings.map((name) => [name, readFileSync(`/proc/sys/${name}`, 'utf8')]),
    ...folders.map((folder) => [folder, existsSync(folder) ? readdirSync(folder) : null]),
  ]);
}

/** All that is left once nothing is. The kernel and the janitor clear away in their own time. */
async function gone(traces: () => Traces): Promise<Traces> {
  return eventually(() => {
    const left = traces();
    return Object.values(left).every((list: string[]) => list.length === 0) ? left : null;
  });
}

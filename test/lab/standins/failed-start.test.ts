/** The stand-ins where the API server does not answer. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts } from '../../../lab/ready';
import { startStandins } from '../../../lab/standins';
import { portFile } from '../../../lab/standins/array/server';

/** Nobody listens at port 1. */
const KUBECONFIG = `
apiVersion: v1
kind: Config
clusters: [{ name: gone, cluster: { server: 'https://127.0.0.1:1' } }]
users: [{ name: nobody, user: {} }]
contexts: [{ name: gone, context: { cluster: gone, user: nobody } }]
current-context: gone
`;

let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'drover-standins-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test.each([true, false])('nothing listens any more after a failed start (webhooks: %s)', async (webhooks) => {
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, KUBECONFIG);
  const options = { kubeconfig, dir, volumesDir: dir, nodeDir: dir, webhooks, log: () => undefined };
  await expect(startStandins(options)).rejects.toThrow('ECONNREFUSED');
  expect(await accepts(Number(readFileSync(portFile(dir), 'utf8')))).toBe(false);
});

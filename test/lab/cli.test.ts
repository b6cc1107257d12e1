import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yargs from 'yargs';
import { labCommand } from '../../lab/cli';
import { claimFolder } from '../../lab/layout';
import { type StartedProcess, startProcess } from '../../lab/process';
import { pushImage } from '../../lab/push-image';
import { startRegistry } from '../../lab/registry';
import { type LabState, writeState } from '../../lab/state';

const root = mkdtempSync(join(tmpdir(), 'drover-lab-cli-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs `drover lab …` and tells what it wrote and what it answers to the shell. */
async function lab(...args: string[]) {
  const out: string[] = [];
  const collect = (line: unknown) => void out.push(String(line));
  const spies = [
    jest.spyOn(console, 'log').mockImplementation(collect),
    jest.spyOn(console, 'error').mockImplementation(collect),
  ];
  try {
    await yargs(['lab', ...args])
      .command(labCommand)
      .parseAsync();
    return { text: out.join('\n'), exitCode: process.exitCode ?? 0 };
  } finally {
    spies.forEach((spy) => spy.mockRestore());
    process.exitCode = 0;
  }
}

function stateOf(dir: string, registry: string): LabState {
  return {
    dir,
    kubeconfig: join(dir, 'admin.kubeconfig'),
    workerKubeconfig: join(dir, 'worker.kubeconfig'),
    auditLog: '',
    temporal: { address: '127.0.0.1:7233', namespace: 'drover' },
    vcenter: {
      url: 'https://127.0.0.1:8989/sdk',
      username: 'user',
      password: 'secret',
      thumbprint: '',
      caFile: '',
      datastoresDir: '',
    },
    volumesDir: '',
    arrayUrl: '',
    registry,
    manifestsDir: join(dir, 'manifests'),
    processes: [],
  };
}

/** A process that the lab takes for one of its parts. */
function startPart(name: string, logDir: string): Promise<StartedProcess> {
  return startProcess({ name, command: '/bin/sleep', args: ['300'], logDir, lifetime: 'itself' });
}

test('status of a folder without a lab says so and answers 1', async () => {
  const dir = join(root, 'none');
  expect(await lab('status', '--dir', dir)).toEqual({ text: `lab in ${dir}: stopped`, exitCode: 1 });
});

test('status as JSON names the processes that run; down stops them and answers 0', async () => {
  const { dir, logs } = claimFolder(join(root, 'half'));
  const { pid } = await startPart('temporal', logs);
  const { text } = await lab('status', '--dir', dir, '--output', 'json');
  expect(JSON.parse(text)).toEqual({
    dir,
    state: 'partly',
    processes: [{ name: 'temporal', pid, running: true }],
  });

  const refused = await lab('up', '--dir', dir);
  expect(refused).toEqual({
    text: `a lab is running in ${dir}; stop it with: drover lab down --dir ${dir}`,
    exitCode: 2,
  });

  const down = await lab('down', '--dir', dir, '-o', 'json');
  expect(JSON.parse(down.text)).toEqual({ dir, stopped: [{ name: 'temporal', pid }] });
  expect(down.exitCode).toBe(0);
  expect((await lab('down', '--dir', dir)).text).toBe(`no lab is running in ${dir}`);
});

test("status says how to reach the lab's parts, in a lent server also in which namespace", async () => {
  const { dir, logs } = claimFolder(join(root, 'lent'));
  writeState(stateOf(dir, '127.0.0.1:5000'));
  await startPart('etcd', logs);
  const { text } = await lab('status', '--dir', dir);
  expect(text.split('\n')).toEqual(
    expect.arrayContaining(['export TEMPORAL_ADDRESS=127.0.0.1:7233', 'export TEMPORAL_NAMESPACE=drover']),
  );
  expect(text).not.toContain('secret');
  expect(text).not.toContain('real node');
  await lab('down', '--dir', dir);
});

test('status names the StorageMap for the real node, where the lab has one', async () => {
  const { dir, logs } = claimFolder(join(root, 'real'));
  const state = stateOf(dir, '127.0.0.1:5000');
  writeState(state);
  mkdirSync(state.manifestsDir);
  writeFileSync(join(state.manifestsDir, 'storagemap-real-node.yaml'), '');
  await startPart('etcd', logs);
  const { text } = await lab('status', '--dir', dir);
  expect(text.split('\n').at(-1)).toBe(
    'onto the real node: with storagemap-real-node.yaml in the place of storagemap.yaml',
  );
  await lab('down', '--dir', dir);
});

test('an image is pushed by its name alone, into a lab that runs', async () => {
  const { dir, logs } = claimFolder(join(root, 'pushed'));
  const layout = join(root, 'layout');
  await pushImage({ layers: [], entrypoint: ['/offload'] }, { layout });
  const stopped = await lab('push', layout, 'vendor/offload', '--dir', dir);
  expect(stopped).toEqual({
    text: `no lab is running in ${dir}; start it with: drover lab up --dir ${dir}`,
    exitCode: 2,
  });

  const registry = await startRegistry({ dir: join(root, 'registry') });
  writeState(stateOf(dir, registry.host));
  await startPart('etcd', logs);
  try {
    const pushed = await lab('push', layout, 'vendor/offload', '--dir', dir);
    expect(pushed).toEqual({ text: `${registry.host}/vendor/offload:1`, exitCode: 0 });
    const tags = await fetch(`http://${registry.host}/v2/vendor/offload/tags/list`);
    expect(await tags.json()).toMatchObject({ tags: ['1'] });
    const { text } = await lab('push', layout, 'vendor/offload:1.4', '--dir', dir, '-o', 'json');
    expect(JSON.parse(text)).toEqual({
      reference: `${registry.host}/vendor/offload:1.4`,
      digest: expect.stringMatching(/^sha256:/) as string,
    });
    for (const name of ['Vendor', '../offload', 'offload:', 'registry.example.com:5000/offload']) {
      const refused = await lab('push', layout, name, '--dir', dir);
      expect(refused).toMatchObject({ exitCode: 2, text: expect.stringContaining('no name of an image') });
    }
    const nothing = await lab('push', join(root, 'nothing'), 'offload', '--dir', dir);
    expect(nothing).toMatchObject({ exitCode: 2, text: expect.stringContaining('there is no') });
  } finally {
    await lab('down', '--dir', dir);
    await registry.stop();
  }
});

test("up in a folder with someone's files is refused in one line and touches none", async () => {
  const dir = join(root, 'photos');
  mkdirSync(dir);
  writeFileSync(join(dir, 'cat.jpg'), 'cat');
  const refused = await lab('up', '--dir', dir);
  expect(refused.exitCode).toBe(2);
  expect(refused.text).toContain(`${dir} holds files that belong to no lab; name an empty folder with --dir`);
});

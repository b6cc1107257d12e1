/** The product as its user meets it: nothing but the `drover` command. */
import { join } from 'node:path';
import { parse } from 'yaml';
import type { CheckResult, VmSummary, WaveResult } from '../../workflows/temporal-api';
import type { VmListEntry, VmStatus } from '../../client';
import { runDrover, startDrover } from '../support/drover-process';
import { labEnvironment } from '../../lab/worker-process';
import { exportedList } from '../support/exported-manifests';
import { COMMON, fileArguments } from '../support/lab-manifests';
import { startWholeLab, type WholeLab } from '../support/whole-lab';
import { eventuallyPasses } from '../support/eventually';
import { StorageArray } from './storage-array';

let whole: WholeLab;
beforeAll(async () => {
  whole = await startWholeLab();
});
afterAll(() => whole.stop());

const SERVERS = ['web01', 'db01', 'archive'];
const plan = (name: string) => fileArguments(whole.lab.state, ...COMMON, name);

test('setup says that the namespace is ready, and says it again', async () => {
  for (const args of [['setup'], ['setup', '--check']]) {
    const { code, stdout } = await whole.run(...args);
    expect({ code, last: stdout.trim().split('\n').at(-1) }).toEqual({ code: 0, last: 'ready' });
  }
  const asJson = JSON.parse((await whole.run('setup', '-o', 'json')).stdout) as unknown;
  expect(asJson).toMatchObject({ namespace: 'ready', registered: [], missing: [], ready: true });
});

test('a reader that has enough ends the command without a word', async () => {
  const command = startDrover(['inventory', 'vms', ...plan('plan.yaml')], labEnvironment(whole.lab.state));
  command.stopReading();
  expect(await command.ended).toEqual({ code: 141, stdout: '', stderr: '' });
});

test('plan check shows each disk and where it goes, in three forms', async () => {
  const args = ['plan', 'check', ...plan('plan.yaml')];
  const table = await whole.run(...args);
  expect(table).toMatchObject({ code: 0, stderr: '' });
  expect(table.stdout).toMatch(
    /web01 +migrated\/web01 +\[san-1\] web01\/web01_2.vmdk +64 MiB +plugin +zonal-block/,
  );
  const asJson = JSON.parse((await whole.run(...args, '-o', 'json')).stdout) as CheckResult;
  expect(asJson.vms.map(({ vm }) => vm.name)).toEqual(SERVERS);
  expect(parse((await whole.run(...args, '-o', 'yaml')).stdout)).toEqual(asJson);
});

test('what kubectl exports, a List with all that servers write into objects, is read from stdin', async () => {
  const { kubeconfig, manifestsDir } = whole.lab.state;
  const files = [...COMMON, 'plan.yaml'].map((name) => join(manifestsDir, name));
  const exported = await exportedList(kubeconfig, files);
  expect(exported).toMatch(/resourceVersion: "\d+"/);
  const args = ['plan', 'check', '-f', '-', '-o', 'json'];
  const { code, stdout, stderr } = await runDrover(args, labEnvironment(whole.lab.state), {
    stdin: exported,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect((JSON.parse(stdout) as CheckResult).vms.map(({ vm }) => vm.name)).toEqual(SERVERS);
});

test.each([
  ['vms', ['web01', 'appliance', 'db01', 'archive']],
  ['datastores', ['ssd-1', 'ssd-2', 'san-1', 'san-2']],
  ['networks', ['VM Network', 'backend']],
  ['hosts', ['esxi-a.lab.drover.dev', 'esxi-b.lab.drover.dev']],
])('inventory %s lists what the vCenter has, in three forms', async (kind, names) => {
  const args = ['inventory', kind, ...fileArguments(whole.lab.state, 'providers.yaml')];
  const [table, asJson, asYaml] = await Promise.all([
    whole.run(...args),
    whole.run(...args, '--output', 'json'),
    whole.run(...args, '--output', 'yaml'),
  ]);
  expect([table, asJson, asYaml].map(({ code, stderr }) => ({ code, stderr }))).toEqual(
    Array(3).fill({ code: 0, stderr: '' }),
  );
  const items = JSON.parse(asJson.stdout) as { name: string; moref: string }[];
  expect(items.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  expect(parse(asYaml.stdout)).toEqual(items);
  for (const { name, moref } of items) expect(table.stdout).toMatch(new RegExp(`^${moref} +${name}\\b`, 'm'));
});

test('migrate --watch tells in plain lines what happens, and ends with the report and 0', async () => {
  const { code, stdout, stderr } = await whole.run('migrate', ...plan('plan.yaml'), '--watch');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  // No terminal: nothing that moves a cursor or paints.
  expect(stdout).not.toMatch(/[\u001b\r]/);
  for (const name of SERVERS) {
    expect(stdout).toMatch(new RegExp(`^${name}: succeeded$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^${name} +migrated/${name} .* succeeded *$`, 'm'));
  }
  expect(stdout).toMatch(/^web01 disk 2: copied in \d+s$/m);
});

test('status lists every VM, and shows one of them whole', async () => {
  // Lists are Temporal's visibility, which learns of an end some moments later.
  await eventuallyPasses(async () => {
    const list = await whole.run('status');
    expect(list.code).toBe(0);
    for (const name of SERVERS) {
      expect(list.stdout).toMatch(new RegExp(`^${name} .* openshift-mtv/servers .* succeeded`, 'm'));
    }
  });
  const entries = JSON.parse((await whole.run('status', '-o', 'json')).stdout) as VmListEntry[];
  expect(entries.map(({ vm }) => vm).sort()).toEqual([...SERVERS].sort());

  const one = await whole.run('status', 'web01', '--output', 'json');
  const status = JSON.parse(one.stdout) as VmStatus;
  expect(one.code).toBe(0);
  expect(status.state?.disks.map(({ phase, method }) => `${phase} by ${method}`)).toEqual([
    'copied by import',
    'copied by import',
    'copied by plugin',
  ]);
  expect(parse((await whole.run('status', 'web01', '-o', 'yaml')).stdout)).toEqual(status);
  expect((await whole.run('status', 'web01')).stdout).toContain('succeeded');
});

test('Ctrl-C ends the watching with 130 and says how to go on; the migration goes on by itself', async () => {
  const array = new StorageArray(whole.lab.state);
  await array.hold('appliance');
  const env = labEnvironment(whole.lab.state);
  const watching = startDrover(['migrate', ...plan('appliance.yaml'), '--watch'], env);
  await watching.said(/^appliance: copy$/m);
  watching.interrupt();
  const { code, stderr } = await watching.ended;
  expect(code).toBe(130);
  expect(stderr).toContain("cancel a VM:  drover cancel VM --plan openshift-mtv/appliances --why '…'");
  const again = /watch again: +drover (.+)$/m.exec(stderr)?.[1] ?? '';
  expect(again).toBe('status --plan openshift-mtv/appliances --watch');

  const running = JSON.parse((await whole.run('status', '--running', '-o', 'json')).stdout) as VmListEntry[];
  expect(running.map(({ vm }) => vm)).toEqual(['appliance']);
  const watchingAgain = startDrover([...again.split(' '), '-o', 'json'], env);
  await watchingAgain.said(/^appliance: /m);
  await array.release();
  const rewatched = await watchingAgain.ended;
  const report = JSON.parse(rewatched.stdout) as WaveResult;
  expect({ code: rewatched.code, results: report.results.map(brief) }).toEqual({
    code: 0,
    results: [{ name: 'appliance', outcome: 'succeeded' }],
  });
  expect(rewatched.stderr).toContain('appliance: succeeded');
});

function brief({ name, outcome }: VmSummary) {
  return { name, outcome };
}

import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { heartbeating } from '../../activities/progress';
import { DroverClient } from '../../client';
import { runCli } from '../../client/cli';
import { readManifests } from '../../plan/read-manifests';
import type { FrozenVm } from '../../plan/frozen';
import { BY_IMPORT, BY_PLUGIN, frozenVm, type FrozenVmSketch } from '../support/frozen-vm';
import type { FakeWorld } from '../support/fake-world';
import type { migrateVm } from '../../workflows';
import { WorkflowLab, workflowIdOf } from '../support/workflow-lab';
import { lineOf, planFile, planText } from './plan-file';
import { RecordingIo, drover } from './recording-io';

let lab: WorkflowLab;

beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

interface Plan {
  vms: FrozenVm[];
  worlds: FakeWorld[];
  file: string;
  /** `namespace/name` */
  id: string;
}

/** A plan of its own, which the fake planner knows. */
function plan(name: string, ...sketches: FrozenVmSketch[]): Plan {
  const ref = { namespace: 'openshift-mtv', name };
  const vms = sketches.map((sketch) => ({ ...frozenVm(sketch), plan: ref }));
  lab.planner = {
    ...lab.planner,
    resolvePlan: () =>
      Promise.resolve({ plan: ref, problems: [], vms, total: vms.length, next: null, maxConcurrentVms: 10 }),
  };
  const file = planFile(
    planText(
      name,
      vms.map((vm) => vm.vm.name),
    ),
  );
  return { vms, worlds: vms.map((vm) => lab.world(vm)), file, id: `openshift-mtv/${name}` };
}

const first = <T>(list: readonly T[]): T => {
  const [item] = list;
  if (item === undefined) throw new Error('the list is empty');
  return item;
};

test('migrates a plan in ten lines of TypeScript', async () => {
  const { vms, file } = plan('library', { methods: [BY_IMPORT, BY_PLUGIN] });
  const { manifests } = readManifests([{ file, text: readFileSync(file, 'utf8') }]);
  await using client = await DroverClient.connect({ env: lab.shell });
  const migration = await client.startMigration(manifests);
  const result = await migration.result();
  expect(result).toMatchObject({ succeeded: true, results: [{ name: first(vms).vm.name, disks: 2 }] });
  await lab.listed(first(vms));
  const vm = await client.vm(first(vms).vm.name);
  expect((await vm.state()).outcome).toBe('succeeded');
});

test('watches to the end, shows each phase and each disk, and ends with the report', async () => {
  const { vms, worlds, file } = plan('watched', { methods: [BY_IMPORT, BY_PLUGIN] });
  // A migration that ended before anybody looked has nothing but its report.
  const gate = first(worlds).script.hold('awaitImport', true);
  const io = new RecordingIo(lab.shell);
  const code = runCli(['migrate', '-f', file, '--watch'], io);
  const { name } = first(vms).vm;
  await io.stdout.written('plan openshift-mtv/watched: 1 VM, at most 10 at once');
  await io.stdout.written(`${name}: copy`);
  gate.open();
  expect(await code).toBe(0);
  expect(io.stdout.text).toMatch(new RegExp(`${name} +migrated/${name} +2 .*import \\+ plugin.*succeeded`));
});

test('says at once that a VM is parked and how to go on, ends with 3, and goes on after a retry', async () => {
  const { vms, worlds, file, id } = plan('parks', {});
  const { name } = first(vms).vm;
  first(worlds).script.fail('createMachine', 'QuotaExceeded');
  const watched = await drover(lab.shell, 'migrate', '-f', file, '--watch');
  expect(watched.code).toBe(3);
  expect(watched.stdout).toContain(
    `${name}: NEEDS ATTENTION in create-vm: QuotaExceeded: createMachine was told to fail`,
  );
  expect(watched.stdout).toContain(`go on:   drover retry ${name} --why`);

  await lab.listed(first(vms));
  const status = await drover(lab.shell, 'status', name);
  expect(status).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('needs attention (QuotaExceeded)') as string,
  });

  first(worlds).script.mend('createMachine');
  const retried = await drover(lab.shell, 'retry', name, '--why', 'quota raised', '--who', 'ann');
  expect(retried).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('goes on at create-vm') as string,
  });
  expect((await drover(lab.shell, 'status', '--plan', id, '--watch')).code).toBe(0);

  const ended = await drover(lab.shell, 'status', name);
  expect(ended.stdout).toContain('retry by ann: quota raised');
  const again = await drover(lab.shell, 'retry', name, '--why', 'once more');
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('has ended') as string });
});

test('Ctrl-C ends the watching, not the migration, and says how to watch again and how to cancel', async () => {
  const { vms, worlds, file, id } = plan('interrupted', {});
  const gate = first(worlds).script.hold('awaitImport', true);
  const io = new RecordingIo(lab.shell);
  const watching = runCli(['migrate', '-f', file, '--watch'], io);
  await io.stdout.written('disk 0: copying');
  io.pressCtrlC();
  expect(await watching).toBe(130);
  expect(io.stderr.text).toContain(`watch again:  drover status --plan ${id} --watch`);
  expect(io.stderr.text).toContain(`cancel a VM:  drover cancel VM --plan ${id} --why`);

  await lab.listed(first(vms));
  const entry = JSON.parse(
    (await drover(lab.shell, 'status', '--plan', id, '-o', 'json')).stdout,
  ) as unknown[];
  expect(entry).toMatchObject([{ vm: first(vms).vm.name, outcome: null }]);
  gate.open();
  await lab.client.workflow.result(workflowIdOf(first(vms)));
});

test('refuses to start a plan that is on its way, and a VM that is on its way in another plan', async () => {
  const { vms, worlds, file } = plan('twice', {});
  const gate = first(worlds).script.hold('awaitImport', true);
  expect((await drover(lab.shell, 'migrate', '-f', file)).code).toBe(0);
  await gate.reached;
  const again = await drover(lab.shell, 'migrate', '-f', file);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('is migrating already') as string });

  const other = planFile(planText('other', [first(vms).vm.name]));
  lab.planner.resolvePlan = () =>
    Promise.resolve({
      plan: { namespace: 'openshift-mtv', name: 'other' },
      problems: [],
      vms,
      total: 1,
      next: null,
      maxConcurrentVms: 1,
    });
  const clash = await drover(lab.shell, 'migrate', '-f', other, '--watch');
  expect(clash.code).toBe(2);
  expect(clash.stdout).toContain('AlreadyMigrating');
  gate.open();
  await lab.client.workflow.result(workflowIdOf(first(vms)));
});

test.each([
  ['cancelled', 'it was cancelled before it had a result', (wave: WorkflowHandle) => wave.cancel()],
  [
    'terminated',
    'it was terminated by hand: VMs that it had started go on',
    (wave: WorkflowHandle) => wave.terminate(),
  ],
])('says in one line that a wave was %s while its plan was read', async (name, said, giveUp) => {
  const { file, id } = plan(`${name}-early`, {});
  let reading = (): void => {};
  const begun = new Promise<void>((resolve) => (reading = resolve));
  lab.planner.resolvePlan = () => {
    reading();
    return heartbeating(({ signal }) =>
      once(signal, 'abort').then(() => Promise.reject(signal.reason as Error)),
    );
  };
  const migrate = drover(lab.shell, 'migrate', '-f', file);
  await begun;
  await giveUp(lab.client.workflow.getHandle(`migrate/${id}`));

  const { code, stderr } = await migrate;
  expect(stderr).toContain(said);
  expect(stderr).not.toContain('    at ');
  expect(code).toBe(1);
});

test('cancel and abort give a running migration up, by moref and by name', async () => {
  const { vms, worlds, file } = plan('given-up', {}, {});
  const gates = worlds.map((world) => world.script.hold('awaitImport', true));
  await drover(lab.shell, 'migrate', '-f', file);
  await Promise.all(gates.map((gate) => gate.reached));
  await Promise.all(vms.map((vm) => lab.listed(vm)));
  const [one, two] = vms;
  expect((await drover(lab.shell, 'cancel', one!.vm.moref, '--why', 'wrong network')).code).toBe(0);
  expect((await drover(lab.shell, 'abort', two!.vm.name, '--why', 'needed today', '--who', 'ben')).code).toBe(
    0,
  );
  await Promise.all(vms.map((vm) => lab.client.workflow.result(workflowIdOf(vm))));
  const shown = await drover(lab.shell, 'status', two!.vm.name);
  expect(shown.code).toBe(1);
  expect(shown.stdout).toContain('abort by ben: needed today');
  expect((await drover(lab.shell, 'status', one!.vm.name, '-o', 'json')).stdout).toContain(
    '"outcome": "aborted"',
  );
  for (const word of ['cancel', 'abort', 'retry']) {
    const late = await drover(lab.shell, word, one!.vm.moref, '--why', 'once more');
    expect(late).toMatchObject({ code: 2, stderr: expect.stringContaining('has ended') as string });
  }
  expect(worlds.flatMap((world) => world.leftovers())).toEqual([]);
});

test.each(['retry', 'abort', 'cancel'])(
  '%s with a reason of any length is refused before it is sent',
  async (word) => {
    const { vms, worlds, file } = plan(`wordy-${word}`, {});
    const gate = first(worlds).script.hold('awaitImport', true);
    await drover(lab.shell, 'migrate', '-f', file);
    await gate.reached;
    await lab.listed(first(vms));

    const refused = await drover(lab.shell, word, first(vms).vm.name, '--why', 'x'.repeat(2_001));
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/why is "x+…; give at most 2000 characters/) as string,
    });
    gate.open();
    const ended = await lab.client.workflow.result<typeof migrateVm>(workflowIdOf(first(vms)));
    expect(ended).toMatchObject({ outcome: 'succeeded', decisions: [] });
  },
);

test('shows the problems that only the source knows with file and line, and ends with 2', async () => {
  const { file } = plan('unknown-vm', {});
  lab.planner.resolvePlan = () =>
    Promise.resolve({
      plan: { namespace: 'openshift-mtv', name: 'unknown-vm' },
      problems: [
        {
          severity: 'error',
          location: { manifest: 'Plan/openshift-mtv/unknown-vm', path: 'spec.vms[0].name' },
          found: 'no VM has this name',
          remedy: 'name one that exists',
        },
      ],
      vms: [],
      total: 0,
      next: null,
      maxConcurrentVms: 1,
    });
  const line = lineOf(readFileSync(file, 'utf8'), '- name: web-');
  const expected = `error: ${file}:${line}: spec.vms[0].name: no VM has this name; name one that exists\n`;
  expect(await drover(lab.shell, 'migrate', '-f', file, '--watch')).toMatchObject({
    code: 2,
    stderr: expected,
  });
  expect(await drover(lab.shell, 'plan', 'check', '-f', file)).toMatchObject({ code: 2, stderr: expected });
});

test('tells in one line that the source can not be read', async () => {
  const { file } = plan('no-login', {});
  const refused = ApplicationFailure.nonRetryable('vCenter refuses the login', 'SourceLoginRefused');
  lab.planner.resolvePlan = () => Promise.reject(refused);
  const expected = expect.stringMatching(
    /^drover: vCenter refuses the login; put the right user.*\n$/,
  ) as string;
  expect(await drover(lab.shell, 'plan', 'check', '-f', file)).toMatchObject({ code: 2, stderr: expected });
  expect(await drover(lab.shell, 'migrate', '-f', file)).toMatchObject({ code: 2, stderr: expected });
});

test('reads an inventory page by page', async () => {
  const { file } = plan('inventory', {});
  const host = (n: number) => ({
    moref: `host-${n}`,
    name: `esxi-${n}`,
    connection: 'connected',
    inMaintenance: false,
  });
  lab.planner.readInventory = ({ kind, offset }) =>
    Promise.resolve({ kind, items: [host(offset)], next: offset < 2 ? offset + 1 : null });
  const answer = await drover(lab.shell, 'inventory', 'hosts', '-f', file);
  expect(
    answer.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ +/).slice(0, 2)),
  ).toEqual([
    ['MOREF', 'NAME'],
    ['host-0', 'esxi-0'],
    ['host-1', 'esxi-1'],
    ['host-2', 'esxi-2'],
  ]);
});

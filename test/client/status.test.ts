import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { TypedSearchAttributes } from '@temporalio/common';
import { DroverClient, type VmStatus } from '../../client';
import { vmId } from '../../plan/workflow-ids';
import { abortUpdate, searchAttributes } from '../../workflows/temporal-api';
import { eventually } from '../support/eventually';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../support/frozen-vm';
import { OPERATOR, WorkflowLab, workflowIdOf } from '../support/workflow-lab';
import { drover } from './recording-io';

let lab: WorkflowLab;

beforeAll(async () => {
  lab = await WorkflowLab.start({ lists: true });
});
afterAll(() => lab.stop());

test('shows how far a disk is from the heartbeats of its copier', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  const disk = vm.disks[0]!;
  const world = lab.world(vm);
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const beating = new Promise<void>((resolve) => {
    world.script.run(
      'awaitImport',
      async () => {
        const bytesDone = disk.capacityBytes / 4;
        Context.current().heartbeat({ bytesDone, bytesTotal: disk.capacityBytes, note: 'importing' });
        resolve();
        await released;
      },
      { disk: 0, times: 1 },
    );
  });
  const migration = await lab.migrate(vm);
  await beating;

  await using client = await DroverClient.connect({ env: lab.shell });
  const handle = await client.vm(vm.vm.name);
  const step = await eventually(async () =>
    (await handle.status()).steps.find((one) => one.progress !== null),
  );
  expect(step).toMatchObject({
    activity: 'awaitImport',
    diskKey: disk.key,
    progress: { bytesDone: disk.capacityBytes / 4, note: 'importing' },
  });
  const shown = await drover(lab.shell, 'status', vm.vm.name);
  expect(shown.stdout).toMatch(/import +copying +25% .*importing/);
  release();
  await migration.result();
});

test('lists from visibility, and of a VM that was migrated twice the latest migration alone', async () => {
  const vm = frozenVm();
  for (const outcome of ['first', 'second']) {
    lab.world(vm).log.push(outcome);
    await (await lab.migrate(vm)).result();
  }
  await using client = await DroverClient.connect({ env: lab.shell });
  const entry = await eventually(async () => {
    const entries = (await client.list()).filter(({ vm: name }) => name === vm.vm.name);
    return entries.length === 1 && entries[0]?.outcome === 'succeeded' ? entries[0] : undefined;
  });
  expect(entry).toMatchObject({ plan: 'openshift-mtv/wave-1', phase: 'tidy', attention: null });
});

test('with no worker it answers from what Temporal knows, and says that none runs', async () => {
  const moref = 'vm-orphan';
  const workflowId = vmId({ vcenterUuid: 'uuid', moref });
  // A queue that nobody polls: the state of things after the last worker died.
  const orphan = await lab.client.workflow.start('migrateVm', {
    taskQueue: 'nobody',
    workflowId,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributes.plan, value: 'openshift-mtv/orphans' },
      { key: searchAttributes.vm, value: 'orphan' },
      { key: searchAttributes.phase, value: 'copy' },
    ]),
    args: [frozenVm()],
  });
  await using client = await DroverClient.connect({ env: lab.shell });
  await eventually(async () => (await client.list({ plan: 'openshift-mtv/orphans' }))[0]);

  const answer = await drover(lab.shell, 'status', 'orphan');
  expect(answer).toMatchObject({ code: 0, stderr: expect.stringContaining('no worker answers') as string });
  expect(answer.stdout).toContain('state     copy');
  const steered = await drover(lab.shell, 'cancel', 'orphan', '--why', 'nobody there');
  expect(steered.code).toBe(0);
  await orphan.terminate();
});

test('of a parked migration that was terminated it asks for no retry, and says what was not put back', async () => {
  const vm = frozenVm();
  lab.world(vm).script.fail('createMachine', 'QuotaExceeded');
  const migration = await lab.migrate(vm);
  await using client = await DroverClient.connect({ env: lab.shell });
  const handle = await eventually(() => client.vm(vm.vm.name).catch(() => undefined));
  await eventually(async () => (await handle.status()).entry.attention ?? undefined);
  expect((await drover(lab.shell, 'status', vm.vm.name)).code).toBe(3);

  await migration.terminate();
  const { code, stdout } = await drover(lab.shell, 'status', vm.vm.name);
  expect(stdout).toContain('terminated in create-vm');
  expect(stdout).toContain(`${vm.vm.name}: TERMINATED by hand: nothing was put back`);
  expect(stdout).not.toContain('drover retry');
  expect(code).toBe(1);
  await expect(handle.result()).rejects.toMatchObject({ code: 'NoResult' });
});

test('keeps a success in sight behind a later migration that was given up, and shows it whole by its run id', async () => {
  const vm = frozenVm();
  const { name } = vm.vm;
  lab.world(vm);
  const first = await lab.migrate(vm);
  const success = await first.result();
  lab.world(vm).script.fail('checkTarget', 'TargetUnclear');
  const second = await lab.migrate(vm);
  await lab.parked(vm);
  await second.executeUpdate(abortUpdate, { args: [OPERATOR] });
  await second.result();

  const runId = first.firstExecutionRunId;
  const seen = await eventually(async () => {
    const { stdout } = await drover(lab.shell, 'status', name);
    return stdout.includes('earlier') && stdout.includes('aborted') ? stdout : undefined;
  });
  expect(seen).toMatch(
    new RegExp(`^  earlier   succeeded \\S+ \\S+, plan openshift-mtv/wave-1, run ${runId}$`, 'm'),
  );
  expect((await drover(lab.shell, 'status')).stdout).toMatch(
    new RegExp(`^${name} .* aborted \\(succeeded \\S+ \\S+\\)`, 'm'),
  );

  const whole = await drover(lab.shell, 'status', name, '--run', runId, '-o', 'json');
  expect(whole.code).toBe(0);
  expect((JSON.parse(whole.stdout) as VmStatus).state).toEqual(success);
  for (const unknown of ['no-run-id', randomUUID()]) {
    const missing = await drover(lab.shell, 'status', name, '--run', unknown);
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toContain(`and the run id ${unknown}`);
  }
  expect((await drover(lab.shell, 'status', '--run', runId)).stderr).toContain(
    '--run shows a migration of one VM: name the VM',
  );
});

test('finds a workflow id that stands for one VM', async () => {
  const vm = frozenVm();
  lab.world(vm);
  await (await lab.migrate(vm)).result();
  await using client = await DroverClient.connect({ env: lab.shell });
  const handle = await eventually(() => client.vm(workflowIdOf(vm)).catch(() => undefined));
  expect((await handle.result()).outcome).toBe('succeeded');
});

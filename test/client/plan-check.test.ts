/** `drover plan check` of a plan that comes in pages. */
import { runCli } from '../../client/cli';
import type { FrozenVm } from '../../plan/frozen';
import { frozenVm } from '../support/frozen-vm';
import { WorkflowLab } from '../support/workflow-lab';
import { planFile, planText } from './plan-file';
import { RecordingIo } from './recording-io';

let lab: WorkflowLab;
let vms: FrozenVm[];

beforeAll(async () => {
  lab = await WorkflowLab.start();
  vms = Array.from({ length: 5 }, () => frozenVm());
  lab.planner.resolvePlan = ({ offset }) =>
    Promise.resolve({
      plan: { namespace: 'openshift-mtv', name: 'large' },
      problems: [],
      vms: vms.slice(offset, offset + 2),
      total: vms.length,
      next: offset + 2 < vms.length ? offset + 2 : null,
      maxConcurrentVms: 1,
    });
});
afterAll(() => lab.stop());

async function check({ isTTY, args = [] }: { isTTY: boolean; args?: string[] }) {
  const io = new RecordingIo({ TEMPORAL_ADDRESS: lab.env.address, TEMPORAL_NAMESPACE: lab.env.namespace! });
  Object.assign(io.stderr, { isTTY });
  const file = planFile(
    planText(
      'large',
      vms.map(({ vm }) => vm.name),
    ),
  );
  const code = await runCli(['plan', 'check', '-f', file, ...args], io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

test('a terminal sees how many VMs are checked, on one line that is gone at the end', async () => {
  const { code, stdout, stderr } = await check({ isTTY: true });
  expect(code).toBe(0);
  const drawn = stderr.split('\r\x1b[K').map((line) => line.replace(/, \d+s$/, ''));
  expect(drawn.filter((line, index) => line !== drawn[index - 1])).toEqual([
    '',
    'reading source and target',
    'checked 2 of 5 VMs',
    'checked 4 of 5 VMs',
    'checked 5 of 5 VMs',
    '',
  ]);
  for (const { vm } of vms) expect(stdout).toContain(vm.name);
  expect(stdout).not.toContain('checked');
});

test('neither a file nor a reader of JSON sees progress', async () => {
  expect(await check({ isTTY: false })).toMatchObject({ code: 0, stderr: '' });
  const { code, stdout, stderr } = await check({ isTTY: true, args: ['-o', 'json'] });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect((JSON.parse(stdout) as { vms: FrozenVm[] }).vms).toHaveLength(5);
});

/** `drover plan check` of a plan that comes in pages. */
import { runCli } from '../../client/cli';
import type { FrozenVm } from '../../plan/frozen';
import type { Problem } from '../../plan/problem';
import { frozenVm } from '../support/frozen-vm';
import { WorkflowLab } from '../support/workflow-lab';
import { planFile, planText } from './plan-file';
import { RecordingIo } from './recording-io';

let lab: WorkflowLab;
let vms: FrozenVm[];
let problems: Problem[] = [];

beforeAll(async () => {
  lab = await WorkflowLab.start();
  vms = Array.from({ length: 5 }, () => frozenVm());
  lab.planner.resolvePlan = ({ offset }) =>
    Promise.resolve({
      plan: { namespace: 'openshift-mtv', name: 'large' },
      problems,
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

describe('the exit code', () => {
  const problem = (severity: Problem['severity'], more: Partial<Problem> = {}): Problem => ({
    ...{
      severity,
      policy: 'hot-add',
      location: { path: 'spec.vms[0]' },
      found: 'it can grow',
      remedy: 'wait',
    },
    ...more,
  });
  const codeOf = async (found: Problem[], ...args: string[]) => {
    problems = found;
    return (await check({ isTTY: false, args })).code;
  };
  afterEach(() => {
    problems = [];
  });

  test('is that of a refusal where something critical was found, whatever else is asked for', async () => {
    expect(await codeOf([problem('error')])).toBe(2);
    expect(await codeOf([problem('error')], '--fail-on', 'information')).toBe(2);
  });

  test('tells lighter findings from none, down to the severity that is asked for', async () => {
    expect(await codeOf([problem('warning')])).toBe(0);
    expect(await codeOf([problem('warning')], '--fail-on', 'warning')).toBe(8);
    expect(await codeOf([problem('information')], '--fail-on', 'warning')).toBe(0);
    expect(await codeOf([problem('information')], '--fail-on', 'information')).toBe(8);
  });

  test('does not count what is acknowledged', async () => {
    const known = problem('warning', { acknowledged: 'there are spare nodes' });
    expect(await codeOf([known], '--fail-on', 'information')).toBe(0);
  });
});

test('a pipeline gets JUnit XML, and a project manager a page; both say what stderr says, too', async () => {
  problems = [
    { severity: 'warning', location: { path: 'spec.vms[0]' }, found: 'it can grow', remedy: 'give it now' },
  ];
  const junit = await check({ isTTY: false, args: ['-o', 'junit', '--fail-on', 'warning'] });
  const html = await check({ isTTY: false, args: ['-o', 'html'] });
  problems = [];
  expect(junit.stdout).toMatch(/^<\?xml [^]*<failure type='warning' message='warning: it can grow'>/);
  expect(html.stdout).toMatch(/^<!doctype html>[^]*it can grow/);
  expect(junit.stderr).toBe('warning: spec.vms[0]: it can grow; give it now\n');
  expect([junit.code, html.code]).toEqual([8, 0]);
});

/** What the commands say of a plan with windows. */
import type { ResolvedPage } from '../../activities/interfaces';
import type { Window } from '../../plan/manifests/windows';
import type { VmRole } from '../../plan/wave';
import { waveId } from '../../plan/workflow-ids';
import { waveStateQuery } from '../../workflows/temporal-api';
import { eventually } from '../support/eventually';
import { frozenVm } from '../support/frozen-vm';
import { WorkflowLab } from '../support/workflow-lab';
import { planFile, planText } from './plan-file';
import { drover } from './recording-io';

let lab: WorkflowLab;

beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const WEEKEND: Window = { timeZone: 'Europe/Zurich', days: ['Sat', 'Sun'], from: '22:00', to: '06:00' };

function plan(name: string, sketches: Partial<VmRole>[]): ResolvedPage {
  const vms = sketches.map((_, index) => {
    const vm = frozenVm();
    return {
      ...vm,
      plan: { namespace: 'openshift-mtv', name },
      vm: { ...vm.vm, name: `web-${index}` },
      policy: { ...vm.policy, cutoverWindows: [WEEKEND] },
    };
  });
  for (const vm of vms) lab.world(vm);
  return {
    plan: { namespace: 'openshift-mtv', name },
    problems: [],
    vms,
    total: vms.length,
    next: null,
    maxConcurrentVms: 10,
    wave: {
      groups: [
        { name: 'application', after: ['database'] },
        { name: 'database', after: [] },
      ],
      gate: null,
      startWindows: [WEEKEND],
    },
    roles: sketches.map((sketch, index) => ({
      moref: vms[index]!.vm.moref,
      group: null,
      priority: 5,
      canary: false,
      ...sketch,
    })),
  };
}

test('plan check shows in which order VMs would start, and when the windows open', async () => {
  const standing = {
    open: false,
    until: '2026-12-05T21:00:00.000Z',
    local: 'Sat 2026-12-05 22:00 Europe/Zurich',
  };
  lab.clock.lookAtWindows = () => Promise.resolve(standing);
  const page = plan('checked', [
    { group: 'application', priority: 3 },
    { group: 'database', canary: true },
    { group: 'database', priority: 2 },
    { group: 'database', priority: 7 },
    {},
  ]);
  lab.planner.resolvePlan = () => Promise.resolve(page);
  const file = planFile(planText('checked', ['web01']));
  const { code, stdout } = await drover(lab.shell, 'plan', 'check', '-f', file);
  expect(code).toBe(0);
  const order = stdout.slice(stdout.indexOf('The order'));
  expect(order.replaceAll(/ +/g, ' ').split('\n')).toEqual([
    'The order in which VMs start:',
    'STEP GROUP AFTER PRIORITY VMS',
    '1 (canaries) - 5 1: web-1',
    '2 (none) - 5 1: web-4',
    '2 database - 2-7 2: web-3, web-2',
    '3 application database 3 1: web-0',
    '',
    'VMs start only in windows, which are shut now; the next opens Sat 2026-12-05 22:00 Europe/Zurich (2026-12-05 21:00:00Z)',
    ' Sat, Sun 22:00 to 06:00 Europe/Zurich',
    'sources are stopped only in windows, which are shut now; the next opens Sat 2026-12-05 22:00 Europe/Zurich (2026-12-05 21:00:00Z)',
    ' Sat, Sun 22:00 to 06:00 Europe/Zurich',
    '',
  ]);
  const json = JSON.parse(
    (await drover(lab.shell, 'plan', 'check', '-f', file, '-o', 'json')).stdout,
  ) as object;
  expect(json).toMatchObject({ windows: { start: { windows: [WEEKEND], standing } }, roles: page.roles });
});

test('a wave that waits for a window alone needs nobody: migrate and wave status say until when', async () => {
  const local = 'Sat 2026-12-05 22:00 Europe/Zurich';
  // Three hours and less than ten minutes, however long the test takes.
  const until = new Date(Date.now() + 3 * 3_600_000 + 9 * 60_000).toISOString();
  lab.clock.lookAtWindows = () => Promise.resolve({ open: false, until, local });
  const page = plan('shut', [{}]);
  lab.planner.resolvePlan = () => Promise.resolve(page);
  const file = planFile(planText('shut', ['web-0']));
  expect(await drover(lab.shell, 'migrate', '-f', file)).toMatchObject({
    code: 0,
    stdout: `migrating 1 VM: web-0\nthey wait: the start windows are shut; the next opens ${local}\n`,
  });
  const handle = lab.client.workflow.getHandle(waveId({ namespace: 'openshift-mtv', name: 'shut' }));
  await eventually(async () => (await handle.query(waveStateQuery)).holds !== undefined);
  const { code, stdout } = await drover(lab.shell, 'wave', 'status', 'openshift-mtv/shut');
  expect(code).toBe(0);
  expect(stdout).toContain(`waits     the start windows are shut; the next opens ${local}, in 3h 0`);
  expect(
    await drover(lab.shell, 'wave', 'cancel', 'openshift-mtv/shut', '--all', '--why', 'seen'),
  ).toMatchObject({
    code: 0,
  });
  await handle.result();
});

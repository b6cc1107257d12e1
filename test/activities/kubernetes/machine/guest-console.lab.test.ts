import type { VirtualMachineInstance } from '../../../../activities/kubernetes/api/kinds';
import type { FrozenVm } from '../../../../plan/frozen';
import { vmRef } from '../../../../plan/vm-ref';
import { eventually } from '../../../support/eventually';
import { frozenVm } from '../../../support/frozen-vm';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { type Launcher, makeInstance, makeLauncher, untilRunning } from '../launcher';
import { openTarget, type Target } from '../target';

let target: Target;
let vm: FrozenVm;
let instance: VirtualMachineInstance;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  vm = { ...frozenVm(), namespace: await freshNamespace(useCluster(), { restricted: true }) };
});

afterEach(() => dropNamespace(useCluster(), vm.namespace));
afterAll(() => target.close());

const read = (lines: number) => target.run(target.activities.main.readConsole, { vm: vmRef(vm), lines });

async function launch(launcher: Pick<Launcher, 'says'>): Promise<void> {
  instance = await makeInstance(target.admin, vm);
  await untilRunning(target.admin, await makeLauncher(target.admin, instance, { name: 'one', ...launcher }));
}

/** What is printed reaches the kubelet's log in its own time. */
const untilSaid = (count: number) =>
  eventually(async () => {
    const page = await read(2_000);
    return page.lines.length === count ? page : null;
  });

test('a target that does not run has no console', async () => {
  expect(await read(10)).toEqual({ lines: [], note: 'the target does not run' });
});

test('the last lines are returned, oldest first, and no more than were asked for', async () => {
  await launch({ says: 'for i in $(seq 30); do echo "line $i"; done; sleep infinity' });
  await untilSaid(30);
  expect(await read(3)).toEqual({ lines: ['line 28', 'line 29', 'line 30'], note: null });
});

test('what steers a terminal is taken out, and no line is endless', async () => {
  const colours = String.raw`printf '\033[2J\033[1;31mred\033[0m\007\r\n\n\033]0;title\007named\x9b\n'`;
  await launch({ says: `${colours}; printf '%5000s\\n' x | tr ' ' y; sleep infinity` });
  const { lines } = await untilSaid(3);
  expect(lines.slice(0, 2)).toEqual(['red', expect.stringMatching(/^named.?$/) as string]);
  expect(lines[2]).toBe('y'.repeat(500));
  expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});

test('as much as one answer may hold is returned, the last of it', async () => {
  const says =
    'for i in $(seq 2000); do printf "%499s$i\\n" | sed "s/ /\u20ac/g"; done; echo end; sleep infinity';
  await launch({ says: `LC_ALL=C; ${says}` });
  const { lines } = await eventually(async () => {
    const page = await read(2_000);
    return page.lines.at(-1) === 'end' ? page : null;
  });
  expect(Buffer.byteLength(JSON.stringify(lines))).toBeLessThan(1024 ** 2);
  expect(lines.length).toBeGreaterThan(100);
});

test('a guest whose console nobody keeps says so, and what would', async () => {
  await launch({ says: null });
  const { lines, note } = await read(10);
  expect(lines).toEqual([]);
  expect(note).toMatch(/keeps no console log.*spec\.drover\.verify/);
});

test('a guest that has not started yet is not said to keep no console', async () => {
  instance = await makeInstance(target.admin, vm);
  const nodeSelector = { 'kubernetes.io/hostname': 'nowhere' };
  await makeLauncher(target.admin, instance, { name: 'one', says: 'echo', nodeSelector });
  expect(await read(10)).toEqual({ lines: [], note: 'the target has not started yet' });
});

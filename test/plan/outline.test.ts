/** A plan in outline, and what a page of it says. */
import { pageEntry, pagePlan, takeApart } from '../../plan/outline';
import { validateManifests } from '../../plan/validate-manifests';
import { documents } from './example';

const WAVE = {
  groups: [{ name: 'web', vms: ['web01'] }],
  priorities: [{ vm: 'web01', priority: 9 }],
  canary: { vms: 1 },
  gate: { maxFailed: 0 },
  startWindows: [{ timeZone: 'UTC', from: '22:00', to: '05:00' }],
};

const row = { place: 0, moref: 'vm-7', name: 'web01', weight: 1, disks: 1, bytes: 1, methods: [] };

test('the plan of a page is sound by itself: its VMs by moref and target name, nothing about the others', () => {
  const whole = [
    {
      kind: 'List',
      items: documents({ plan: { vms: [{ name: 'web01' }, { name: 'db01' }], drover: { wave: WAVE } } }),
    },
  ];
  const { frame, entries } = takeApart(whole);
  expect(entries).toHaveLength(2);

  const page = pagePlan(frame, [pageEntry(entries[0]!, { ...row, targetName: 'web01-a1b2' })]);
  const { set, problems } = validateManifests(page);
  expect(problems).toEqual([]);
  expect(set?.plan.spec.vms).toEqual([{ id: 'vm-7', name: 'web01', targetName: 'web01-a1b2' }]);
  expect(set?.plan.spec.drover.wave).toMatchObject({
    groups: [],
    priorities: [],
    startWindows: WAVE.startWindows,
  });
  expect(set?.plan.spec.drover.wave.canary).toBeUndefined();
});

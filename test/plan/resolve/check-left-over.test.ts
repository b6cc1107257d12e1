import type { JudgedLeftOver } from '../../../plan/adoption';
import type { ManifestSet } from '../../../plan/manifest-set';
import { checkLeftOver } from '../../../plan/resolve/check-left-over';

const set = {
  plan: { kind: 'Plan', metadata: { namespace: 'openshift-mtv', name: 'wave-1' } },
} as unknown as ManifestSet;

function judged(change: Partial<JudgedLeftOver>): JudgedLeftOver {
  const disk = { key: 2000, isImported: true };
  return {
    adoption: {
      disks: [
        { ...disk, index: 0, copyId: 'copy-0', why: 'it holds copy copy-0' },
        { ...disk, index: 1, copyId: null, why: 'it has no volume' },
      ],
      conversion: null,
      source: null,
    },
    refusal: null,
    ...change,
  };
}

test('a plan check says how many disks --adopt keeps, and why it does not keep the others', () => {
  const [problem, ...others] = checkLeftOver(set, [{ name: 'web', judged: judged({}) }]);
  expect(others).toEqual([]);
  expect(problem).toMatchObject({
    severity: 'warning',
    found:
      'VM "web": an unfinished run has left parts, of which --adopt keeps 1 of 2 disks; disk 1 is copied again: it has no volume',
  });
});

test('and why nothing can be adopted', () => {
  const refusal = { kind: 'TargetUnclear' as const, why: 'VirtualMachine web may have run' };
  const [problem] = checkLeftOver(set, [{ name: 'web', judged: judged({ refusal }) }]);
  expect(problem?.found).toBe('VM "web": VirtualMachine web may have run');
  expect(problem?.remedy).toContain('TargetUnclear');
});

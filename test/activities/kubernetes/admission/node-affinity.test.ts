import type { Node, Pod } from '../../../../activities/kubernetes/api/kinds';
import { meetsAffinity } from '../../../../activities/kubernetes/admission/node-affinity';
import { whyOnNone } from '../../../../activities/kubernetes/admission/node-room';

const NODE: Node = { metadata: { name: 'node-1', labels: { zone: 'a', generation: '4' } } };

function podWith(...nodeSelectorTerms: object[]): Pod {
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  return { spec: { containers: [], affinity: { nodeAffinity } } } as unknown as Pod;
}

const expression = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});

test.each([
  [expression('zone', 'In', 'b', 'a'), true],
  [expression('zone', 'In', 'b'), false],
  [expression('rack', 'In', 'a'), false],
  [expression('zone', 'NotIn', 'b'), true],
  [expression('zone', 'NotIn', 'a'), false],
  [expression('rack', 'NotIn', 'a'), true],
  [expression('zone', 'Exists'), true],
  [expression('rack', 'Exists'), false],
  [expression('toString', 'Exists'), false],
  [expression('rack', 'DoesNotExist'), true],
  [expression('zone', 'DoesNotExist'), false],
  [expression('generation', 'Gt', '3'), true],
  [expression('generation', 'Gt', '4'), false],
  [expression('generation', 'Lt', '5'), true],
  [expression('zone', 'Lt', '5'), false],
  [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] }, true],
  [{ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['node-1'] }] }, false],
  [{}, false],
])('a node of zone a and generation 4, by %j: %p', (term, met) => {
  expect(meetsAffinity(podWith(term), NODE)).toBe(met);
});

test('of several terms one is enough, of one term everything must be met', () => {
  const [zoneA, rack] = [expression('zone', 'In', 'a'), expression('rack', 'Exists')];
  expect(meetsAffinity(podWith(rack, zoneA), NODE)).toBe(true);
  const both = { matchExpressions: [...zoneA.matchExpressions, ...rack.matchExpressions] };
  expect(meetsAffinity(podWith(both), NODE)).toBe(false);
});

test('a Pod whose affinity no node meets is refused before the source is stopped', () => {
  expect(whyOnNone(podWith(expression('rack', 'Exists')), [NODE])).toBe(
    '1 of 1 nodes: not among those that the affinity requires',
  );
});

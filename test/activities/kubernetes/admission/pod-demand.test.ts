import type { Container, Node, Pod } from '../../../../activities/kubernetes/api/kinds';
import { whyOnNone } from '../../../../activities/kubernetes/admission/node-room';
import { podDemand } from '../../../../activities/kubernetes/admission/pod-demand';

const asks = (cpu: string, limit?: string, restartPolicy?: string): Container => ({
  name: cpu,
  ...(restartPolicy === undefined ? {} : { restartPolicy }),
  resources: { requests: { cpu }, ...(limit === undefined ? {} : { limits: { cpu: limit } }) },
});

const pod = (containers: Container[], initContainers: Container[] = [], more: object = {}): Pod => ({
  spec: { containers, initContainers, ...more },
});

const cpuOf = (given: Pod) => podDemand(given).requests.cpu;

test('containers side by side add up, one that runs before them counts where it asks for more', () => {
  expect(cpuOf(pod([asks('100m'), asks('200m')]))).toBeCloseTo(0.3);
  expect(cpuOf(pod([asks('100m'), asks('200m')], [asks('250m')]))).toBeCloseTo(0.3);
  expect(cpuOf(pod([asks('100m'), asks('200m')], [asks('2')]))).toBe(2);
});

test('a sidecar that a mesh has put before them goes on beside them', () => {
  const sidecar = asks('500m', '1', 'Always');
  expect(cpuOf(pod([asks('100m')], [sidecar]))).toBeCloseTo(0.6);
  expect(cpuOf(pod([asks('100m')], [sidecar, asks('1')]))).toBeCloseTo(1.5);
});

test('what has a limit alone asks for it, and a runtime class adds its overhead', () => {
  const limited: Container = { name: 'limited', resources: { limits: { cpu: '2' } } };
  expect(cpuOf(pod([limited], [], { overhead: { cpu: '250m' } }))).toBeCloseTo(2.25);
});

describe('nodes', () => {
  const node = (
    more: Partial<NonNullable<Node['spec']>> = {},
    labels: Record<string, string> = {},
  ): Node => ({
    metadata: { labels },
    spec: more,
    status: { allocatable: { cpu: '2', memory: '4Gi' } },
  });
  const taint = { key: 'dedicated', value: 'db', effect: 'NoSchedule' };

  test('one that could take the Pod is enough, and of none nothing is said', () => {
    expect(whyOnNone(pod([asks('2')]), [node({ taints: [taint] }), node()])).toBeNull();
    expect(whyOnNone(pod([asks('2')]), [])).toBeNull();
  });

  test('each reason is counted', () => {
    const nodes = [node(), node(), node({ taints: [taint] })];
    expect(whyOnNone(pod([asks('3')]), nodes)).toBe(
      '2 of 3 nodes: only 2 cpu; 1 of 3 nodes: taint dedicated',
    );
  });

  test('a device that no node has', () => {
    const kvm: Container = { name: 'kvm', resources: { limits: { 'devices.kubevirt.io/kvm': '1' } } };
    expect(whyOnNone(pod([kvm]), [node()])).toBe('1 of 1 nodes: no devices.kubevirt.io/kvm');
  });

  test('a taint that is tolerated, one that only advises, and one that goes by itself are none', () => {
    const tolerations = [{ key: 'dedicated', operator: 'Exists' }];
    const here = [
      taint,
      { key: 'slow', effect: 'PreferNoSchedule' },
      { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' },
    ];
    expect(whyOnNone(pod([asks('1')], [], { tolerations }), [node({ taints: here })])).toBeNull();
  });

  test('a label that none has', () => {
    const given = pod([asks('1')], [], { nodeSelector: { zone: 'a' } });
    expect(whyOnNone(given, [node({}, { zone: 'b' })])).toBe('1 of 1 nodes: no label zone=a');
  });
});

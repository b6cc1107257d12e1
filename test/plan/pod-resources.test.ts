import { podResources } from '../../plan/pod-resources';
import { droverSettingsSchema } from '../../plan/manifests/drover-settings';

const none = { requests: {}, limits: {} };

test.each(['binder', 'probe', 'plugin', 'conversion', 'hook'] as const)(
  'the Pod of the %s has requests and limits of processor and memory, which quotas ask for',
  (purpose) => {
    const { requests, limits } = podResources(purpose);
    expect(Object.keys(requests).sort()).toEqual(['cpu', 'memory']);
    expect(Object.keys(limits).sort()).toEqual(['cpu', 'memory']);
  },
);

test('what the plan says counts', () => {
  const given = {
    requests: { cpu: '200m', 'ephemeral-storage': '1Gi' },
    limits: { memory: '2Gi', 'ephemeral-storage': '2Gi' },
  };
  expect(podResources('plugin', given)).toEqual({
    requests: { cpu: '200m', memory: '128Mi', 'ephemeral-storage': '1Gi' },
    limits: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '2Gi' },
  });
});

test('a default gives way to what is said of the other side', () => {
  expect(podResources('plugin', { ...none, requests: { cpu: '2' } }).limits.cpu).toBe('2');
  expect(podResources('plugin', { ...none, limits: { memory: '64Mi' } }).requests.memory).toBe('64Mi');
});

describe('in a manifest', () => {
  const read = (podResourcesOfPlan: unknown) =>
    droverSettingsSchema.safeParse({ podResources: podResourcesOfPlan });

  test('a number is a quantity, as YAML has it', () => {
    expect(read({ plugin: { limits: { cpu: 2 } } }).data?.podResources.plugin.limits).toEqual({ cpu: '2' });
  });

  test.each(['2 GB', '-1', 'much', '1Kb'])('%j is no quantity', (memory) => {
    const { error } = read({ conversion: { limits: { memory } } });
    expect(error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['podResources.conversion.limits.memory', 'give a quantity, as 500m, 2 or 4Gi'],
    ]);
  });

  test('a limit below its own request is refused by its field', () => {
    const { error } = read({ plugin: { requests: { cpu: '2' }, limits: { cpu: '1500m' } } });
    expect(error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['podResources.plugin.limits.cpu', 'give at least what requests.cpu has'],
    ]);
  });
});

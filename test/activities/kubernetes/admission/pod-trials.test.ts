import { ApiError } from '../../../../activities/kubernetes/api/errors';
import { type FuturePurpose, futurePods } from '../../../../activities/kubernetes/admission/future-pods';
import { kindOf, podRefusal } from '../../../../activities/kubernetes/admission/pod-trials';
import type { CopyMethod, FrozenDisk, FrozenVm } from '../../../../plan/frozen';
import { BY_PLUGIN, frozenVm } from '../../../support/frozen-vm';

const LIMITS = { cpu: false, memoryRatio: null };

function overNetwork(): FrozenDisk[] {
  const transferNetwork = { namespace: 'migrated', name: 'copies' };
  return frozenVm({ methods: [BY_PLUGIN] }).disks.map((disk) => ({ ...disk, transferNetwork }));
}

const said = (status: number, message: string) =>
  ApiError.fromBody(
    { verb: 'dry-run create', plural: 'pods', namespace: 'apps' },
    status,
    JSON.stringify({ reason: 'Forbidden', message }),
  );

describe('two Pods are tried as one', () => {
  const OPTIONS = { binderImage: 'pause:1', cdi: null, vddkImage: null, limits: LIMITS };
  const kindsOf = (changes: Partial<FrozenVm> = {}, methods = [BY_PLUGIN]) => {
    const vm = { ...frozenVm({ methods }), ...changes };
    return Object.values(futurePods(vm, OPTIONS)).flat().map(kindOf);
  };

  test('if they are of two VMs or two disks, and are equal in all else', () => {
    const [binder, plugin, conversion, launcher] = kindsOf();
    expect(kindsOf({ rootDisk: { index: 0, partition: '/dev/sda2' } })).toEqual([
      binder,
      plugin,
      conversion,
      launcher,
    ]);
    expect(kindsOf({}, [BY_PLUGIN, BY_PLUGIN])).toEqual([binder, plugin, plugin, conversion, launcher]);
  });

  test('if each has a copy of its keys and scripts, and files of its hook', () => {
    const { conversion } = frozenVm();
    const secret = { namespace: 'mtv', name: 'keys' };
    const hook = { step: 'PreHook', namespace: 'mtv', name: 'backup', image: 'hook:1' } as const;
    const asked = {
      conversion: { ...conversion!, keys: { secret }, scripts: secret },
      hooks: [{ ...hook, deadlineSeconds: 60, attempts: 1 }],
    };
    expect(kindsOf(asked)).toEqual(kindsOf(asked));
  });

  test.each<[string, FuturePurpose, Partial<FrozenVm>, CopyMethod?]>([
    ['labels that the plan gives the VM', 'launcher', { labels: { team: 'red' } }],
    ['labels that the plan gives conversions', 'conversion', { convertor: { labels: { team: 'red' } } }],
    ["the map's variables", 'plugin', {}, { ...BY_PLUGIN, vars: { ARRAY: 'a-2' } } as CopyMethod],
    ["the plugin vendor's Secret", 'plugin', {}, { ...BY_PLUGIN, secret: 'array' } as CopyMethod],
    ['pull Secrets', 'plugin', {}, { ...BY_PLUGIN, imagePullSecret: 'pull' } as CopyMethod],
    ['nodes', 'binder', { nodeSelector: { zone: 'a' } }],
    ['the namespace', 'binder', { namespace: 'other' }],
    ['the network of their copies', 'plugin', { disks: overNetwork() }],
  ])('but not if they differ in %s', (_, purpose, changes, method = BY_PLUGIN) => {
    const kindOfPurpose = (kinds: string[]) => kinds.filter((kind) => kind.startsWith(`["${purpose}"`));
    const [before, after] = [kindsOf(), kindsOf(changes, [method])].map(kindOfPurpose);
    expect(before).toHaveLength(1);
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });
});

type Answer = [status: number, message: string];

/** As OpenShift 4 says it. */
const SCC =
  'pods "web-bind" is forbidden: unable to validate against any security context constraint: [provider "restricted-v2": .spec.securityContext.fsGroup: Invalid value: []int64{107}: 107 is not an allowed group]';

test.each<[string, Answer, string, RegExp]>([
  ['OpenShift', [403, SCC], 'PodRefused', /; on OpenShift apply deploy\/openshift in namespace apps$/],
  [
    'a quota that asks for limits',
    [403, 'pods "x" is forbidden: failed quota: small: must specify limits.cpu for: plugin'],
    'QuotaExceeded',
    /must specify limits.cpu/,
  ],
  [
    'pod security',
    [403, 'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'],
    'PodRefused',
    /podResources.plugin\): .*violates PodSecurity/,
  ],
  [
    'a webhook',
    [400, 'admission webhook "policy.example.com" denied the request: no'],
    'PodRefused',
    /denied/,
  ],
  [
    'a namespace that is just being made',
    [
      403,
      'pods "x" is forbidden: error looking up service account apps/default: serviceaccount "default" not found',
    ],
    'TargetUnreachable',
    /service account/,
  ],
  [
    'a namespace that is being deleted',
    [
      403,
      'pods "x" is forbidden: unable to create new content in namespace apps because it is being terminated',
    ],
    'TargetRefused',
    /being terminated/,
  ],
])('what %s says of a Pod', (_, [status, message], type, expected) => {
  expect(podRefusal('plugin', said(status, message))).toMatchObject({
    type,
    message: expect.stringMatching(expected) as string,
  });
});

test('a missing right and a silent server stay what they are', () => {
  const forbidden = said(403, 'User "drover" cannot create resource "pods" in API group ""');
  expect(podRefusal('plugin', forbidden)).toBe(forbidden);
  const away = said(503, 'the server is away');
  expect(podRefusal('plugin', away)).toBe(away);
});

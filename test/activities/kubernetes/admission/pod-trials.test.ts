import { ApiError } from '../../../../activities/kubernetes/api/errors';
import { podRefusal } from '../../../../activities/kubernetes/admission/pod-trials';

const said = (status: number, message: string) =>
  ApiError.fromBody(
    { verb: 'dry-run create', plural: 'pods', namespace: 'apps' },
    status,
    JSON.stringify({ reason: 'Forbidden', message }),
  );

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

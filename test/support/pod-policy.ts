/** A policy of the cluster's that refuses Pods of one namespace by a label, as administrators have them. */
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import { ApiError } from '../../activities/kubernetes/api/errors';
import { type ApiObject, type Kind, PODS } from '../../activities/kubernetes/api/kinds';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../../activities/kubernetes/objects/restricted';
import { eventually } from './eventually';

type WithSpec = ApiObject & { spec: object };

const POLICIES: Kind<WithSpec> = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
};
const BINDINGS: Kind<WithSpec> = {
  ...POLICIES,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
};

export interface RefusedLabel {
  namespace: string;
  key: string;
  value: string;
  /** What the policy says. */
  message: string;
}

/**
 * In force once this resolves.
 * @returns takes the policy away
 */
export async function refusePods(admin: ApiClient, refused: RefusedLabel): Promise<() => Promise<void>> {
  const { namespace, key, value, message } = refused;
  const name = `${namespace}.test.drover.dev`;
  const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
  await admin.create(POLICIES, {
    apiVersion: POLICIES.apiVersion,
    kind: POLICIES.kind,
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [rule],
        objectSelector: { matchLabels: { [key]: value } },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      },
      validations: [{ expression: 'false', message }],
    },
  });
  await admin.create(BINDINGS, {
    apiVersion: BINDINGS.apiVersion,
    kind: BINDINGS.kind,
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  });
  await eventually(() => isRefused(admin, refused));
  return async () => {
    await admin.delete(BINDINGS, { name });
    await admin.delete(POLICIES, { name });
  };
}

async function isRefused(
  admin: ApiClient,
  { namespace, key, value, message }: RefusedLabel,
): Promise<boolean> {
  const metadata = { generateName: 'probe-', namespace, labels: { [key]: value } };
  // Nothing else may refuse it, pod security neither.
  const containers = [{ name: 'probe', image: 'probe', ...RESTRICTED_CONTAINER }];
  const spec = { ...RESTRICTED_POD, containers };
  try {
    await admin.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec }, { dryRun: true });
    return false;
  } catch (error) {
    return error instanceof ApiError && error.said.includes(message);
  }
}

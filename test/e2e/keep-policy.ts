/** A policy of the cluster's, as administrators have them: what is marked so can't be removed. */
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import type { ApiObject, Kind } from '../../activities/kubernetes/api/kinds';

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
const NAME = 'keep.e2e.drover.dev';

/** ConfigMaps with this label, whatever its value, stay. */
export const KEEP_LABEL = 'e2e.drover.dev/keep';

/** Takes effect within seconds; from then on the label alone decides, at once. */
export async function keepWhatIsMarked(admin: ApiClient): Promise<void> {
  await admin.create(POLICIES, {
    apiVersion: POLICIES.apiVersion,
    kind: POLICIES.kind,
    metadata: { name: NAME },
    spec: {
      matchConstraints: {
        resourceRules: [
          { operations: ['DELETE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] },
        ],
        objectSelector: { matchExpressions: [{ key: KEEP_LABEL, operator: 'Exists' }] },
      },
      validations: [{ expression: 'false', message: 'it is to be kept' }],
    },
  });
  await admin.create(BINDINGS, {
    apiVersion: BINDINGS.apiVersion,
    kind: BINDINGS.kind,
    metadata: { name: NAME },
    spec: { policyName: NAME, validationActions: ['Deny'] },
  });
}

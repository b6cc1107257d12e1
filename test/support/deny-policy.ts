/** Policies of a cluster, as administrators have them: they refuse certain requests. */
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import { ApiError } from '../../activities/kubernetes/api/errors';
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

export interface Denied {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** `pods`. */
  resource: string;
  /** Absent: the core API group. */
  apiGroup?: string;
  /** Which objects: a label selector. */
  objects: object;
  /** In which namespaces: a label selector. Absent: in all of them. */
  namespaces?: object;
  /** In CEL: what is allowed nevertheless. */
  unless?: string;
  /** What the policy says. */
  message: string;
}

/**
 * Takes effect within seconds.
 * @returns removes the policy
 */
export async function denyRequests(
  admin: ApiClient,
  name: string,
  { operation, resource, apiGroup = '', objects, namespaces, unless = 'false', message }: Denied,
): Promise<() => Promise<void>> {
  const rule = { operations: [operation], apiGroups: [apiGroup], apiVersions: ['v1'], resources: [resource] };
  const scope = namespaces === undefined ? {} : { namespaceSelector: namespaces };
  await admin.create(POLICIES, {
    apiVersion: POLICIES.apiVersion,
    kind: POLICIES.kind,
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: [rule], objectSelector: objects, ...scope },
      validations: [{ expression: unless, message }],
    },
  });
  await admin.create(BINDINGS, {
    apiVersion: BINDINGS.apiVersion,
    kind: BINDINGS.kind,
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  });
  return async () => {
    await admin.delete(BINDINGS, { name });
    await admin.delete(POLICIES, { name });
  };
}

/** Whether a policy with this message refuses the request. */
export async function isDenied(request: () => Promise<unknown>, message: string): Promise<boolean> {
  try {
    await request();
    return false;
  } catch (error) {
    return error instanceof ApiError && error.said.includes(message);
  }
}

/** Kinds that only an examination reads, and of their objects only what it looks at. */
import type { ApiObject, Kind } from '../activities/kubernetes/api/kinds';

/** The object by which CDI is installed (CDI 1.66, pkg/apis/core/v1beta1: CDI). */
export const CDIS: Kind<ApiObject & { status?: unknown }> = {
  apiVersion: 'cdi.kubevirt.io/v1beta1',
  kind: 'CDI',
  plural: 'cdis',
};

/** The object by which KubeVirt is installed (KubeVirt 1.6, api/core/v1: KubeVirt). */
export const KUBEVIRTS: Kind<ApiObject & { status?: unknown }> = {
  apiVersion: 'kubevirt.io/v1',
  kind: 'KubeVirt',
  plural: 'kubevirts',
};

interface SelfReview extends ApiObject {
  status?: { userInfo?: { username?: string } };
}

export const SELF_REVIEWS: Kind<SelfReview> = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
};

interface SubjectReview extends ApiObject {
  spec?: { user: string; groups: string[]; resourceAttributes: Record<string, string> };
  status?: { allowed?: boolean };
}

export const SUBJECT_REVIEWS: Kind<SubjectReview> = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
};

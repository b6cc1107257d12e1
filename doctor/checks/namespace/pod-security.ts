import { type Check, fine, information, judged } from '../../check';

/** Kubernetes, pod-security-admission: the label of what a namespace enforces. */
const ENFORCE = 'pod-security.kubernetes.io/enforce';

export const podSecurity: Check = {
  id: 'pod-security',
  looksAt: 'which pod security standard the target namespace enforces',
  judge: ({ namespace }) => {
    if (namespace === null) return [];
    return judged(namespace.object, (found) => {
      if (found === null) return [];
      const level = found.labels[ENFORCE];
      if (level === undefined)
        return information(
          "the namespace has no label for pod security: the cluster's default counts. Drover's Pods keep to restricted",
        );
      return fine(`the namespace enforces ${level}; Drover's Pods keep to restricted`);
    });
  },
};

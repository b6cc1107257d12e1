import { type Check, critical, fine, judged } from '../../check';

export const constraints: Check = {
  id: 'constraints',
  looksAt:
    'on OpenShift, whether Pods of the target namespace may run as user 107 (SecurityContextConstraints `nonroot-v2`)',
  judge: ({ namespace }) => {
    if (namespace === null) return [];
    return judged(namespace.mayUseNonroot, (may) => {
      if (may === null) return [];
      return may
        ? fine(`ServiceAccount default of namespace ${namespace.name} may use nonroot-v2`)
        : critical(
            `ServiceAccount default of namespace ${namespace.name} may not use nonroot-v2: no Pod of Drover's may run as user 107`,
            'apply an overlay of deploy/openshift there',
          );
    });
  },
};

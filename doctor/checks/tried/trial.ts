import { type Check, fine, information, judged, warning } from '../../check';

export const trial: Check = {
  id: 'trial',
  looksAt:
    'with `--try`, whether a namespace for the trial could be made, and whether all of it is gone again',
  judge: ({ tried }) => {
    if (tried === null) return information('nothing was tried on the cluster', 'to try it, give --try');
    const { results, left } = tried;
    return [
      ...judged(
        results,
        () => fine('everything was tried'),
        'examine with a login that may make namespaces, and everything in them',
      ),
      ...(left === null
        ? []
        : warning(
            `namespace ${left.namespace} is left: ${left.why}`,
            `remove it: kubectl delete namespace ${left.namespace}`,
          )),
    ];
  },
};

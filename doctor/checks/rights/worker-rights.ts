import { rightsText } from '../../../plan/resolve/check-rights';
import { type Check, critical, fine, judged, warning } from '../../check';

export const workerRights: Check = {
  id: 'worker-rights',
  looksAt:
    "whether the workers' account has the rights that deploy/ gives, in the cluster and in the target namespace",
  judge: ({ cluster: { worker }, namespace }) => {
    const account = `ServiceAccount ${worker.namespace}/${worker.name}`;
    return judged(worker.exists, (exists) => {
      if (!exists)
        return warning(
          `there is no ${account}`,
          'apply deploy/example/rights; or name the account of your workers by --account, if they run elsewhere with a login of this cluster',
        );
      if (namespace === null)
        return fine(`${account} exists; with --namespace its rights are looked at, too`);
      return judged(namespace.workerRights, (missing) =>
        missing.length === 0
          ? fine(`${account} has every right that it needs for namespace ${namespace.name}`)
          : critical(
              `${account} lacks ${rightsText(missing)}`,
              `apply ${[...new Set(missing.map(({ folder }) => `deploy/${folder}`))].join(' and ')} again, where it lacks`,
            ),
      );
    });
  },
};

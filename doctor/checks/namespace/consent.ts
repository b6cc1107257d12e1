import { isTarget, missingForTarget } from '../../../plan/consent';
import { type Check, critical, fine, judged } from '../../check';

export const consent: Check = {
  id: 'namespace',
  looksAt: 'whether the target namespace exists, and its owner lets Drover work there',
  judge: ({ namespace }) => {
    if (namespace === null) return [];
    const { name, object } = namespace;
    return judged(object, (found) => {
      if (found === null)
        return critical(`the cluster has no namespace ${name}`, `make it: kubectl create namespace ${name}`);
      if (found.isEnding)
        return critical(`namespace ${name} is being deleted`, 'wait until it is gone, and make it again');
      if (isTarget(found.labels)) return fine(`namespace ${name} lets Drover work there`);
      const { found: clause, command } = missingForTarget({ namespace: name, url: '' });
      return critical(
        clause,
        `let its owner say so: ${command}; or name it in the worker's DROVER_TARGET_NAMESPACES`,
      );
    });
  },
};

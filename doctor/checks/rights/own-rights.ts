import { rightsText } from '../../../plan/resolve/check-rights';
import { type Check, fine, information, judged, type Sighting } from '../../check';

/** Of use where the kubeconfig holds the login that a Provider names for this cluster. */
export const ownRights: Check = {
  id: 'own-rights',
  looksAt: 'what the login of the kubeconfig would lack if a Provider named it as the login of this cluster',
  judge: ({ cluster: { login }, namespace }) =>
    judged(login, (name): Sighting[] => {
      if (namespace === null) return fine(`this login is ${name}`);
      return judged(namespace.ownRights, (missing) =>
        missing.length === 0
          ? fine(`${name} has every right that a worker needs for namespace ${namespace.name}`)
          : information(
              `${name} lacks ${rightsText(missing)}`,
              'nothing, unless a Provider is to name this login: then give it these rights as deploy/ has them',
            ),
      );
    }),
};

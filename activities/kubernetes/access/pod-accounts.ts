/** ServiceAccounts of the target namespace that Pods of a migration run as: whether their owners agree, by their metadata. */
import { type MissingConsent, missingForAccount } from '../../../plan/consent';
import { accountsOf, type AccountUsers, type PodAccount } from '../../../plan/pod-accounts';
import { failure } from '../../failure';
import { SERVICE_ACCOUNTS } from '../api/kinds';
import type { AllowedImages } from './allowed-images';
import type { Cluster } from './clusters';
import { saidBy } from './secrets';

/** What its owner has not said, null where nothing lacks; `absent` where there is no such account. */
export async function lookAtAccount(
  { api }: Cluster,
  namespace: string,
  { name, use, images }: PodAccount,
  allowed: AllowedImages,
): Promise<MissingConsent | 'absent' | null> {
  const ref = { name, namespace };
  const account = await api.find(SERVICE_ACCOUNTS, ref);
  if (account === null) return 'absent';
  // Where the worker's operator lists what may run, nothing else does.
  return missingForAccount(saidBy(account), ref, { use, images: allowed.patterns === null ? images : [] });
}

/**
 * Before the Pods of this part of a VM are made.
 * @throws AccountNotConsented; TargetRefused where there is no such account
 */
export async function requireAccounts(
  cluster: Cluster,
  { namespace, ...part }: AccountUsers & { namespace: string },
  allowed: AllowedImages,
): Promise<void> {
  for (const account of accountsOf(part)) {
    const lacks = await lookAtAccount(cluster, namespace, account, allowed);
    if (lacks === null) continue;
    if (lacks === 'absent') {
      const who = account.use === 'hook' ? 'a hook is' : 'Pods of the migration are';
      const whose = `as which ${who} to run`;
      throw failure('TargetRefused', `there is no ServiceAccount ${namespace}/${account.name}, ${whose}`);
    }
    throw failure('AccountNotConsented', `${lacks.found}: ${lacks.command}`);
  }
}

/** ServiceAccounts of the target namespace that hooks run as: whether their owners agree, by their metadata. */
import { type MissingConsent, missingForHook } from '../../../plan/consent';
import { type FrozenHook, hookImage } from '../../../plan/frozen';
import { failure } from '../../failure';
import { SERVICE_ACCOUNTS } from '../api/kinds';
import type { AllowedImages } from './allowed-images';
import type { Cluster } from './clusters';
import { saidBy } from './secrets';

/** A ServiceAccount, and the images of hooks that run as it. */
export interface HookAccount {
  name: string;
  images: string[];
}

/** What its owner has not said, null where nothing lacks; `absent` where there is no such account. */
export async function lookAtHookAccount(
  { api }: Cluster,
  namespace: string,
  { name, images }: HookAccount,
  allowed: AllowedImages,
): Promise<MissingConsent | 'absent' | null> {
  const ref = { name, namespace };
  const account = await api.find(SERVICE_ACCOUNTS, ref);
  if (account === null) return 'absent';
  // Where the worker's operator lists what may run, nothing else does.
  return missingForHook(saidBy(account), ref, allowed.patterns === null ? images : []);
}

/** @throws AccountNotConsented; TargetRefused where there is no such account */
export async function requireHookAccounts(
  cluster: Cluster,
  { namespace, hooks = [] }: { namespace: string; hooks?: readonly FrozenHook[] | undefined },
  allowed: AllowedImages,
): Promise<void> {
  for (const hook of hooks) {
    const { serviceAccount } = hook;
    if (serviceAccount === undefined) continue;
    const account = { name: serviceAccount, images: [hookImage(hook)] };
    const lacks = await lookAtHookAccount(cluster, namespace, account, allowed);
    if (lacks === null) continue;
    if (lacks === 'absent') {
      const whose = `as which hook ${hook.namespace}/${hook.name} is to run`;
      throw failure('TargetRefused', `there is no ServiceAccount ${namespace}/${serviceAccount}, ${whose}`);
    }
    throw failure('AccountNotConsented', `${lacks.found}: ${lacks.command}`);
  }
}

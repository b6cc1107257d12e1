/** ServiceAccounts of the target namespace that Pods of migrations run as. */
import type { AccountUse } from './consent';
import { type FrozenVm, hookImage, imagesGivenLogin } from './frozen';

/** A ServiceAccount, what runs as it, and whose images those Pods have. */
export interface PodAccount {
  name: string;
  use: AccountUse;
  images: string[];
}

/** ServiceAccount of Pods that name none. Its owner is not asked: every Pod of the namespace has it. */
export const DEFAULT_ACCOUNT = 'default';

/** A part of a frozen VM: of what it has, Pods are about to be made. */
export type AccountUsers = Partial<Pick<FrozenVm, 'serviceAccount' | 'conversion' | 'disks' | 'hooks'>> & {
  source?: Pick<FrozenVm['source'], 'vddkImage'>;
};

/** The accounts of these Pods. The binder's image is the choice of the worker's operator, so it is none of an owner's concern. */
export function accountsOf(part: AccountUsers): PodAccount[] {
  const { serviceAccount, conversion = null, disks = [], hooks = [], source = { vddkImage: null } } = part;
  const own = serviceAccount === undefined ? [] : [serviceAccount];
  const copiers = [...new Set(disks.flatMap((disk) => disk.serviceAccount ?? []))];
  return gatherAccounts([
    ...own.map((name) => use(name, 'migration', conversion === null ? [] : [conversion.image])),
    ...copiers.map((name) => {
      const copied = disks.filter((disk) => disk.serviceAccount === name);
      return use(name, 'migration', imagesGivenLogin({ source, disks: copied }));
    }),
    ...hooks.flatMap((hook) =>
      hook.serviceAccount === undefined ? [] : [use(hook.serviceAccount, 'hook', [hookImage(hook)])],
    ),
  ]);
}

function use(name: string, purpose: AccountUse, images: string[]): PodAccount {
  return { name, use: purpose, images };
}

/** Each account once, for all that is to run as it. */
export function gatherAccounts(uses: readonly PodAccount[]): PodAccount[] {
  const names = [...new Set(uses.map(({ name }) => name))];
  return names.map((name) => {
    const same = uses.filter((one) => one.name === name);
    const purpose = same.some((one) => one.use === 'migration') ? 'migration' : 'hook';
    return use(name, purpose, [...new Set(same.flatMap(({ images }) => images))]);
  });
}

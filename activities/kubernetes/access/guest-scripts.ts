/** Scripts that customize guests, in ConfigMaps that their owners lend to conversions. */
import { type Handing, missingForScripts } from '../../../plan/consent';
import type { FrozenVm } from '../../../plan/frozen';
import { guestScriptsFault } from '../../../plan/guest-scripts';
import type { LentFault } from '../../../plan/lent-fault';
import { failure } from '../../failure';
import type { ApiClient } from '../api/api-client';
import { CONFIG_MAPS, type ConfigMap } from '../api/kinds';
import type { AllowedImages } from './allowed-images';
import { judgeLoan, type Loan, whyNotLent } from './lent';

/** Texts by name. */
export type GuestScripts = Readonly<Record<string, string>>;

const SCRIPTS: Loan<ConfigMap, GuestScripts> = {
  kind: CONFIG_MAPS,
  missing: missingForScripts,
  read: ({ data = {}, binaryData = {} }) => {
    const found = guestScriptsFault(data, Object.keys(binaryData).length > 0);
    return found === null ? { content: data } : { found };
  },
};

interface GuestScriptsUse {
  map: { namespace: string; name: string };
  handing: Handing;
}

/** Why these conversions do not get the scripts; null where they do. */
export function lookAtGuestScripts(
  api: ApiClient,
  { map, handing }: GuestScriptsUse,
  allowed: AllowedImages,
): Promise<LentFault | null> {
  return whyNotLent(api, SCRIPTS, { ref: map, handing }, allowed);
}

/**
 * The scripts for the conversion of a VM; null where its plan names none.
 * @param api of the worker's own cluster
 * @throws GuestScriptsUnfit, SecretNotConsented
 */
export async function readGuestScripts(
  api: ApiClient,
  { conversion, namespace, target }: Pick<FrozenVm, 'conversion' | 'namespace' | 'target'>,
  allowed: AllowedImages,
): Promise<GuestScripts | null> {
  const map = conversion?.scripts;
  if (conversion === null || map === undefined) return null;
  const handing = { place: { namespace, url: target.url }, images: [conversion.image] };
  const judged = await judgeLoan(api, SCRIPTS, { ref: map, handing }, allowed);
  if ('content' in judged) return judged.content;
  const name = `ConfigMap ${map.namespace}/${map.name}`;
  switch (judged.kind) {
    case 'absent':
      throw failure('GuestScriptsUnfit', `there is no ${name}, which has scripts for the guest: create it`);
    case 'unconsented':
      throw failure('SecretNotConsented', `${judged.found}: ${judged.command}`);
    case 'unfit':
      throw failure('GuestScriptsUnfit', `${name} ${judged.found}`);
  }
}

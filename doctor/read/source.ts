/** Looks at the vCenter of a Provider, with the login of its Secret: only if the Secret's owner lends it, as for any migration. */
import { ApplicationFailure } from '@temporalio/common';
import { ProviderSecrets } from '../../activities/kubernetes/access/provider-secrets';
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import { readSkew } from '../../activities/vsphere/clock';
import { listDatastores, listHosts, listVmRefs } from '../../activities/vsphere/inventory';
import { VcenterPool } from '../../activities/vsphere/pool';
import { readLacking } from '../../activities/vsphere/privileges';
import { SERVICE_INSTANCE, type Vim } from '../../activities/vsphere/session';
import { readSourceUuid } from '../../activities/vsphere/source-uuid';
import { child, text } from '../../activities/vsphere/vim-value';
import { describeFailure, type Failure, isFailureKind } from '../../plan/failures';
import type { SourceRef } from '../../plan/frozen';
import { SOURCE_PRIVILEGES } from '../../plan/inventory';
import type { PrivilegeFacts, SourceFacts, VcenterAnswer, VcenterFacts } from '../facts';
import { look, type Reading } from '../reading';

/** VMs on which privileges are asked about: a role is mostly given on folders above many. */
const MOST_VMS = 500;

export interface SourceQuestion {
  source: SourceRef;
  /** The target namespace; null: nobody has named one. */
  namespace: string | null;
}

export async function readSource(
  api: ApiClient,
  { source, namespace }: SourceQuestion,
): Promise<SourceFacts> {
  const { secret, url, vddkImage } = source;
  const secrets = new ProviderSecrets(api);
  const images = vddkImage === null ? [] : [vddkImage];
  const handing = namespace === null ? null : { place: { namespace, url: '' }, images };
  const consent = await look(() => secrets.missing({ type: 'vsphere', url, secret }, handing));
  return {
    server: new URL(url).host,
    secret: `${secret.namespace}/${secret.name}`,
    vddkImage,
    consent,
    vcenter: await readVcenter(secrets, source, consent),
  };
}

async function readVcenter(
  secrets: ProviderSecrets,
  source: SourceRef,
  consent: SourceFacts['consent'],
): Promise<Reading<VcenterAnswer>> {
  if (!consent.known) return consent;
  if (consent.value !== null) return { known: false, why: "the Secret's owner does not lend the login" };
  const pool = new VcenterPool(secrets);
  try {
    return await look(() => pool.use(source, readAll).catch(refusalIn));
  } finally {
    await pool.close();
  }
}

/** What vCenter, or the way to it, says no with. */
function refusalIn(error: unknown): { refusal: Pick<Failure, 'message' | 'remedy'> } {
  const kind = error instanceof ApplicationFailure ? (error.type ?? '') : '';
  if (!(error instanceof ApplicationFailure) || !isFailureKind(kind) || !kind.startsWith('Source'))
    throw error;
  return { refusal: describeFailure(kind, error.message) };
}

async function readAll(vim: Vim): Promise<VcenterFacts> {
  // A source that no plan could have is refused.
  await readSourceUuid(vim);
  const content = await vim.call('RetrieveServiceContent', { _this: SERVICE_INSTANCE });
  const about = (name: string) => text(child(content, 'about', name)) ?? '';
  const [skewSeconds, refs, hosts, datastores] = await Promise.all([
    readSkew(vim),
    listVmRefs(vim),
    listHosts(vim),
    listDatastores(vim),
  ]);
  return {
    refusal: null,
    product: about('fullName'),
    apiVersion: about('apiVersion'),
    isHost: vim.content.isHost,
    certificate: vim.peer.sha256,
    skewSeconds,
    hosts,
    datastores,
    vms: refs.length,
    privileges: await readPrivileges(
      vim,
      refs.slice(0, MOST_VMS).map(({ moref }) => moref),
    ),
  };
}

async function readPrivileges(vim: Vim, morefs: readonly string[]): Promise<PrivilegeFacts> {
  const lacking = await readLacking(vim, morefs);
  const lists = [...lacking.values()];
  const on = SOURCE_PRIVILEGES.map((privilege) => ({
    privilege,
    vms: lists.filter((some) => some.includes(privilege)).length,
  }));
  return { asked: lacking.size, lacking: on.filter(({ vms }) => vms > 0) };
}

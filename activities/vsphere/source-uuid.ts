/** What tells one source from every other, in the ids of migrations and on what they make. */
import { failure } from '../failure';
import { optional, readEverywhere, required } from './property-collector';
import type { Vim } from './session';
import { requiredText, text } from './vim-value';

const UUID = 'hardware.systemInfo.uuid';
const MANAGER = 'summary.managementServerIp';
/** As boards have it whose maker has left it out: `00000000-…`, `ffffffff-…`, or a BIOS maker's default, in either order of bytes. */
const OF_NO_BOARD = /^(0+|f+|03000200040005000006000700080009|00020003000400050006000700080009)$/;

/**
 * A vCenter's `about.instanceUuid`. An ESXi host has none: there it is the UUID of its board.
 * @throws SourceEndpointWrong for a host whose VMs a vCenter moves and starts, or that can not be told from others;
 * SourceRightsMissing where the host does not say so
 */
export async function readSourceUuid(vim: Vim): Promise<string> {
  const { vcenterUuid } = vim.content;
  if (vcenterUuid !== null) return vcenterUuid;
  const hosts = await readEverywhere(vim, { HostSystem: [UUID, MANAGER] });
  const [host] = hosts;
  if (host === undefined || hosts.length > 1)
    throw failure('SourceFault', `an ESXi host shows ${hosts.length} hosts, and not itself alone`);
  // Through both, one VM could be migrated twice at once: as the vCenter's, and as the host's.
  if ((text(optional(host, MANAGER)) ?? '') !== '')
    throw failure(
      'SourceEndpointWrong',
      "a vCenter manages this ESXi host: give the vCenter's address and set sdkEndpoint: vcenter, or let the host leave it",
    );
  const uuid = requiredText(required(host, UUID), UUID).toLowerCase();
  if (OF_NO_BOARD.test(uuid.replaceAll('-', '')))
    throw failure(
      'SourceEndpointWrong',
      `this ESXi host has no UUID of its own (${uuid}): migrate its VMs through a vCenter`,
    );
  return uuid;
}

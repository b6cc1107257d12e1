/** What a login at an ESXi host sees of VMs whose disks importers are to read there. */
import type { HostAccess } from '../../plan/inventory';
import type { FrozenVm } from '../../plan/frozen';
import { failure } from '../failure';
import { readLacking } from './privileges';
import { readEverywhere } from './property-collector';
import type { Vim } from './session';
import { text } from './vim-value';

/** CDI finds a VM by it (CDI 1.66, pkg/importer/vddk-datasource_amd64.go: FindVM). */
const UUID = 'config.instanceUuid';

/** @param wanted instance UUIDs; others are left out */
export async function readSeenVms(vim: Vim, wanted: ReadonlySet<string>): Promise<HostAccess> {
  const seen = await morefsByUuid(vim, wanted);
  const lacking = await readLacking(vim, [...seen.values()]);
  const unreadable = [...seen].filter(([, moref]) =>
    lacking.get(moref)?.includes('VirtualMachine.Provisioning.DiskRandomRead'),
  );
  return { fault: null, vms: new Set(seen.keys()), unreadable: new Set(unreadable.map(([uuid]) => uuid)) };
}

/**
 * The thumbprint of the ESXi host, by which importers know it.
 * @throws SourceVmMissing where an importer would not find the VM there
 */
export async function readHostOf(vim: Vim, { vm }: Pick<FrozenVm, 'vm'>, url: string): Promise<string> {
  const seen = await morefsByUuid(vim, new Set([vm.instanceUuid]));
  if (seen.size > 0) return vim.peer.sha1;
  throw failure(
    'SourceVmMissing',
    `the login at ${url} sees no VM ${vm.name} (instance UUID ${vm.instanceUuid})`,
  );
}

async function morefsByUuid(vim: Vim, wanted: ReadonlySet<string>): Promise<Map<string, string>> {
  const all = await readEverywhere(vim, { VirtualMachine: [UUID] });
  return new Map(
    all
      .map(({ ref, props }) => [text(props.get(UUID)) ?? '', ref.value] as const)
      .filter(([uuid]) => wanted.has(uuid)),
  );
}

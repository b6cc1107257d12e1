import { mayImport } from '../../frozen';
import type { SourcePrivilege } from '../../inventory';
import { type Policy, seen } from '../policy';

export const diskPrivileges: Policy = {
  id: 'disk-privileges',
  severity: 'warning',
  title: 'Login that may not read disks',
  looksAt:
    'whether the login of the vCenter may read the disks of the VM, if CDI may import one, and decrypt them, if one is encrypted',
  found: 'the vCenter account lacks {} on it, and an import that needs it fails',
  remedy: 'give the role of the account these privileges on the VM or a folder above it',
  judge: ({ planned: { vm, disks }, context: { source } }) => {
    const imported = disks.filter(({ method }) => method !== null && mayImport(method));
    const needed: SourcePrivilege[] = [
      ...(imported.length > 0 ? (['VirtualMachine.Provisioning.DiskRandomRead'] as const) : []),
      ...(imported.some(({ disk }) => disk.encrypted) ? (['Cryptographer.Access'] as const) : []),
    ];
    const lacking = (source.lacking.get(vm.moref) ?? []).filter((privilege) => needed.includes(privilege));
    return seen(lacking.length > 0, lacking.join(' and '));
  },
};

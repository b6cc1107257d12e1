import { type Policy, seen } from '../policy';

export const hostMaintenance: Policy = {
  id: 'host-maintenance',
  severity: 'warning',
  title: 'ESXi host in maintenance',
  looksAt: 'the ESXi host of the VM',
  found: '{}: an import may not get at its disks',
  remedy: 'take the host out of maintenance, or move the VM to another host',
  judge: ({ planned: { vm }, context: { source } }) => {
    const host = source.hosts.find(({ moref }) => moref === vm.host.moref);
    if (host === undefined) return [];
    const state = host.connection === 'connected' ? 'in maintenance' : host.connection;
    return seen(
      host.inMaintenance || host.connection !== 'connected',
      `its ESXi host ${host.name} is ${state}`,
    );
  },
};

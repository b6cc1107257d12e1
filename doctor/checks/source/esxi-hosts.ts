import { type Check, counted, fine, listNames, warning } from '../../check';
import { ofVcenter } from '../../of-vcenter';

export const esxiHosts: Check = {
  id: 'esxi-hosts',
  looksAt: 'whether the ESXi hosts are connected, and not in maintenance',
  judge: (facts) =>
    ofVcenter(facts, ({ hosts }) => {
      if (hosts.length === 0)
        return warning(
          'the login sees no ESXi host',
          'give its role System.View and System.Read on the hosts',
        );
      const idle = hosts.filter(
        ({ connection, inMaintenance }) => connection !== 'connected' || inMaintenance,
      );
      if (idle.length === 0) return fine(`${counted(hosts.length, 'ESXi host')}, all connected`);
      const names = listNames(
        idle.map(
          ({ name, connection }) => `${name} (${connection === 'connected' ? 'in maintenance' : connection})`,
        ),
      );
      return warning(
        `${counted(idle.length, 'ESXi host')} of ${hosts.length} can not be read from: ${names}`,
        'connect them, or move their VMs to other hosts',
      );
    }),
};

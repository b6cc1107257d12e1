import type { SourcePrivilege } from '../../../plan/inventory';
import { type Check, counted, critical, fine, information, type Sighting, warning } from '../../check';
import { ofVcenter } from '../../of-vcenter';

const CONSEQUENCES: Readonly<Record<SourcePrivilege, string>> = {
  'VirtualMachine.Interact.PowerOff': 'Drover can not stop them',
  'VirtualMachine.Interact.PowerOn': 'Drover can not start them again after an abort',
  'VirtualMachine.Provisioning.DiskRandomRead': 'CDI can not import their disks',
  'Cryptographer.Access': 'CDI can not import encrypted disks',
};

export const vcenterPrivileges: Check = {
  id: 'vcenter-privileges',
  looksAt: 'on how many of the first 500 VMs the login may switch the power, and read disks',
  judge: (facts) =>
    ofVcenter(facts, ({ vms, privileges: { asked, lacking } }) => {
      // The check of VMs says it.
      if (vms === 0) return [];
      const remedy =
        'give the role of the account these privileges on the folders of the VMs, and propagate it';
      if (asked === 0) return warning('not known: vCenter does not say what the login may do', remedy);
      if (lacking.length === 0) return fine(`the login has every privilege on ${counted(asked, 'VM')}`);
      return lacking.flatMap(({ privilege, vms: without }): Sighting[] => {
        const found = `the login lacks ${privilege} on ${without} of ${counted(asked, 'VM')}: ${CONSEQUENCES[privilege]}`;
        if (privilege === 'Cryptographer.Access')
          return information(found, `if VMs are encrypted, ${remedy}`);
        return without === asked ? critical(found, remedy) : warning(found, remedy);
      });
    }),
};

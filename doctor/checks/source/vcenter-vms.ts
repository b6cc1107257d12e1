import { type Check, counted, critical, fine } from '../../check';
import { ofVcenter } from '../../of-vcenter';

export const vcenterVms: Check = {
  id: 'vcenter-vms',
  looksAt: 'how many VMs the login sees',
  judge: (facts) =>
    ofVcenter(facts, ({ vms }) =>
      vms === 0
        ? critical(
            'the login sees no VM',
            'give its role System.View and System.Read on the folders of the VMs, and propagate it',
          )
        : fine(`the login sees ${counted(vms, 'VM')}`),
    ),
};

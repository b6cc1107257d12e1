import { type Policy, seen } from '../policy';

export const noTools: Policy = {
  id: 'no-tools',
  severity: 'warning',
  title: 'No VMware Tools',
  looksAt: 'whether VMware Tools run, the power state, and `onShutdownTimeout`',
  found:
    'it runs without VMware Tools, so Drover can not ask its guest to shut down: the VM would park at stop-source',
  remedy:
    'start VMware Tools in its guest, shut it down before the migration, or set spec.drover.onShutdownTimeout to powerOff, which cuts its power',
  judge: ({ planned: { vm }, context: { set } }) => {
    const parks = set.plan.spec.drover.onShutdownTimeout === 'park';
    return seen(parks && vm.power.state === 'poweredOn' && !vm.tools.running);
  },
};

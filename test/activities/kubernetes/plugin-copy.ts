/** A copy by a plugin, as a worker is asked for it, and the Job that it becomes. */
import type { PluginRequest } from '../../../activities/interfaces';
import type { Job, PodSpec } from '../../../activities/kubernetes/api/kinds';
import { pluginJob } from '../../../activities/kubernetes/objects/plugin-job';
import type { FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { BY_PLUGIN, frozenVm } from '../../support/frozen-vm';

/** Of the only disk of a VM that goes to this namespace. */
export function pluginCopy(namespace: string): { vm: FrozenVm; request: PluginRequest } {
  const vm = { ...frozenVm({ methods: [BY_PLUGIN] }), namespace };
  const [disk] = vm.disks;
  if (disk === undefined) throw new Error('no disk');
  const connection = {
    vcenterUrl: 'https://vcenter.invalid/sdk',
    vcenterThumbprint: 'AA',
    hostUrl: 'https://esx.invalid',
    hostThumbprint: null,
  };
  return { vm, request: { vm: vmRef(vm), disk, attempt: 1, copyId: 'c-1', connection } };
}

/** With its Pod, for a test to change before the Job is made. */
export function jobOf(request: PluginRequest, image: string): { job: Job; spec: PodSpec } {
  const volume = { name: 'pv', driver: 'driver', handle: 'handle' };
  const job = pluginJob({ request, image, vars: {}, volume });
  const spec = job.spec?.template.spec;
  if (spec === undefined) throw new Error('no Pod');
  return { job, spec };
}

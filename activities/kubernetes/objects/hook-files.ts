/** The files that a hook finds in `/tmp/hook`, as Forklift mounts them there (pkg/controller/plan/hook.go). */
import { stringify } from 'yaml';
import { allDisks } from '../../../plan/all-disks';
import type { FrozenHook, FrozenVm } from '../../../plan/frozen';
import type { ResultsByStep } from '../../../plan/hooks';
import { hookJobName } from '../../../plan/names';
import { vmRef } from '../../../plan/vm-ref';
import type { ConfigMap } from '../api/kinds';
import { ownerLabels } from '../api/ownership';
import { stepLabel } from './steps';

interface HookAttempt {
  hook: FrozenHook;
  /** Counts over the whole migration. */
  attempt: number;
  /** What hooks before this one have said. */
  results: ResultsByStep;
}

/** One for each attempt, with the name of its Job. */
export function hookFiles(vm: FrozenVm, { hook, attempt, results }: HookAttempt): ConfigMap {
  const { playbook } = hook;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: hookJobName(vm.baseName, hook.step, attempt),
      namespace: vm.namespace,
      labels: { ...ownerLabels(vmRef(vm)), ...stepLabel('hook') },
    },
    data: {
      'workload.yml': stringify(workload(vm, hook, results)),
      'plan.yml': stringify(planOf(vm)),
      ...(playbook === undefined && { 'playbook.yml': '' }),
    },
    ...(playbook !== undefined && { binaryData: { 'playbook.yml': playbook } }),
  };
}

/** Keys in lower case, as Forklift's files have them. */
function workload(vm: FrozenVm, { step }: FrozenHook, results: ResultsByStep): object {
  const addresses = vm.nics.flatMap(({ guest }) => (guest?.addresses ?? []).map(({ address }) => address));
  return {
    vm: {
      id: vm.vm.moref,
      name: vm.vm.name,
      path: vm.vm.inventoryPath,
      uuid: vm.vm.biosUuid,
      instanceuuid: vm.vm.instanceUuid,
      powerstate: vm.vm.powerState,
      firmware: vm.hardware.firmware,
      guestid: vm.hardware.guestId,
      cpucount: vm.hardware.sockets * vm.hardware.coresPerSocket,
      memorymb: vm.hardware.memoryMiB,
      ipaddress: addresses[0] ?? '',
      ipaddresses: addresses,
      disks: allDisks(vm).map(({ key, currentPath, datastore, capacityBytes, volumeName }) => ({
        key,
        file: currentPath,
        datastore,
        capacity: capacityBytes,
        claim: volumeName,
      })),
      nics: vm.nics.map(({ macAddress, sourceNetwork }) => ({ mac: macAddress, network: sourceNetwork })),
    },
    target: { namespace: vm.namespace, name: vm.targetName },
    step,
    results,
  };
}

function planOf({ plan, namespace, source, target }: FrozenVm): object {
  return {
    name: plan.name,
    namespace: plan.namespace,
    targetnamespace: namespace,
    provider: { source: source.provider, destination: target.provider },
  };
}

/** A machine's state in one word, as `kubectl get vm` shows it. */
import type { DataVolume, VirtualMachine, VirtualMachineInstance } from '../resources';
import type { Watched } from '../watched';
import { claimNameOf } from './launcher-order';

interface Parts {
  machine: VirtualMachine;
  instance?: VirtualMachineInstance;
  dataVolumes: Watched<DataVolume>;
}

const PULL_TROUBLE: Readonly<Record<string, string>> = {
  ErrImagePull: 'ErrImagePull',
  ImagePullBackOff: 'ImagePullBackOff',
};

export function printableStatus(parts: Parts): string {
  const { machine, instance } = parts;
  if (machine.metadata?.deletionTimestamp) return 'Terminating';
  if (instance === undefined) return withoutInstance(parts);
  if (instance.metadata?.deletionTimestamp) return 'Stopping';
  const trouble = instance.status?.conditions?.find(
    ({ status, reason }) => status === 'False' && isTrouble(reason),
  );
  switch (instance.status?.phase) {
    case 'Running':
      return 'Running';
    case 'Succeeded':
    case 'Failed':
      return 'Stopped';
    default:
      return TROUBLES[trouble?.reason ?? ''] ?? 'Starting';
  }
}

const TROUBLES: Readonly<Record<string, string>> = {
  FailedPvcNotFound: 'ErrorPvcNotFound',
  Provisioning: 'Provisioning',
  Unschedulable: 'ErrorUnschedulable',
  ...PULL_TROUBLE,
};

function isTrouble(reason: string | undefined): boolean {
  return reason !== undefined && reason in TROUBLES;
}

function withoutInstance({ machine, dataVolumes }: Parts): string {
  if (machine.status?.startFailure) return 'CrashLoopBackOff';
  const failed = machine.spec.template.spec?.volumes?.some((volume) => {
    const name = claimNameOf(volume) ?? '';
    return dataVolumes.get(name, machine.metadata?.namespace)?.status?.phase === 'Failed';
  });
  return failed ? 'DataVolumeError' : 'Stopped';
}

/** VMs of the simulated vCenter that hold guests of the lab's, and what tests do to their conversions. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import { PODS } from '../../activities/kubernetes/api/kinds';
import { provideAppliance } from '../../lab/guest/appliance';
import { buildGuest } from '../../lab/guest/build';
import type { GuestName } from '../../lab/guest/specs';
import type { DiskBus } from '../../plan/inventory';
import type { VmSpec } from '../../lab/vcenter-spec';
import type { VmState } from '../../workflows/temporal-api';
import { TARGET_NAMESPACE, vm } from '../e2e/site';
import { readLog } from '../support/read-log';
import { eventually } from '../support/eventually';

const MIB = 2 ** 20;

export const log = (line: string) => void process.stderr.write(`${line}\n`);

/** A running VM with the guest's disks, as it was installed on vSphere. Its disks are imported. */
export async function guestVm(name: string, guest: GuestName, bus: DiskBus = 'scsi'): Promise<VmSpec> {
  await provideAppliance(log);
  const { disks } = await buildGuest(guest, log);
  return {
    ...vm(name, []),
    disks: disks.map((file) => ({
      datastore: 'ssd-1',
      sizeMiB: Math.ceil(statSync(file).size / MIB),
      bus,
      file,
    })),
  };
}

/** Kills the container of a VM's conversion as a node that dies would: its process 1, and with it all others. */
export function killConversion(baseName: string): void {
  const ours = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isEntrypointOf(pid, baseName));
  if (ours.length !== 1) throw new Error(`${ours.length} conversions of ${baseName} run`);
  process.kill(Number(ours[0]), 'SIGKILL');
}

function isEntrypointOf(pid: string, baseName: string): boolean {
  try {
    const folder = join('/proc', pid);
    const environment = readFileSync(join(folder, 'environ'), 'latin1');
    return (
      environment.includes(`DROVER_CONVERSION_ID=${baseName}-v`) &&
      readFileSync(join(folder, 'cmdline'), 'latin1').includes('/opt/drover/main.js') &&
      readlinkSync(join(folder, 'exe')).endsWith('node')
    );
  } catch {
    // It ended while it was looked at.
    return false;
  }
}

/** Waits until one attempt at a conversion has come to a stage, as its container's log says. */
export async function untilStage(
  admin: ApiClient,
  baseName: string,
  { attempt, words }: { attempt: number; words: string },
): Promise<void> {
  const labelSelector = `batch.kubernetes.io/job-name=${baseName}-convert-${attempt}`;
  await eventually(async () => {
    const { items } = await admin.list(PODS, { namespace: TARGET_NAMESPACE, labelSelector });
    const name = items[0]?.metadata?.name;
    const log = { name: name ?? '', namespace: TARGET_NAMESPACE, container: 'convert' };
    // It has no log yet while it starts.
    const said = name === undefined ? '' : await readLog(admin, log, 200).catch(() => '');
    return said.includes(`{"stage":"${words}`);
  });
}

/** What the names of a migration's objects begin with. */
export function baseNameOf({ disks }: VmState): string {
  return (disks[0]?.volumeName ?? '').replace(/-disk-0$/, '');
}

/** What Drover never does to a source: another VM gets a disk that one has, as an administrator gives it. */
import { readPlanSource } from '../../activities/vsphere/plan-source';
import type { Vim } from '../../activities/vsphere/session';
import { awaitTask } from '../../activities/vsphere/task';
import type { VcenterHandle } from '../../lab/vcenter';
import { ask } from '../activities/vsphere/vcenter-fixture';

type Vcenter = Pick<VcenterHandle, 'caFile' | 'password' | 'url' | 'username'>;
type Use = <T>(work: (vim: Vim) => Promise<T>) => Promise<T>;

export interface ExistingDisk {
  /** As `[ssd-1] node-1/node-1_1.vmdk`. */
  path: string;
  sizeMiB: number;
}

/** The disk may have several writers, and comes behind the first one of the VM, on its controller. */
export async function shareDisk(
  vcenter: Vcenter,
  use: Use,
  moref: string,
  { path, sizeMiB }: ExistingDisk,
): Promise<void> {
  const controllerKey = await use(async (vim) => {
    const { vms } = await readPlanSource(vim, () => [moref]);
    return vms[moref]!.disks[0]!.controllerKey;
  });
  const task = await asAdministrator(
    vcenter,
    `
    <ReconfigVM_Task><_this type="VirtualMachine">${moref}</_this><spec><deviceChange>
      <operation>add</operation>
      <device xsi:type="VirtualDisk">
        <key>-1</key>
        <backing xsi:type="VirtualDiskFlatVer2BackingInfo">
          <fileName>${path}</fileName>
          <diskMode>persistent</diskMode>
          <sharing>sharingMultiWriter</sharing>
        </backing>
        <controllerKey>${controllerKey}</controllerKey>
        <unitNumber>1</unitNumber>
        <capacityInKB>${sizeMiB * 1024}</capacityInKB>
      </device>
    </deviceChange></spec></ReconfigVM_Task>`,
  );
  await use((vim) => awaitTask(vim, { attributes: { type: 'Task' }, $value: task }));
}

/** A call that Drover has no need of, in a session of its own. Returns the reference that is answered. */
async function asAdministrator(vcenter: Vcenter, call: string): Promise<string> {
  const login = await post(
    vcenter,
    `<Login><_this type="SessionManager">SessionManager</_this>
      <userName>${vcenter.username}</userName><password>${vcenter.password}</password></Login>`,
  );
  const cookie = login.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const { body } = await post(vcenter, call, { cookie });
  const [, answered] = /<returnval[^>]*>([^<]+)</.exec(body.toString()) ?? [];
  if (answered === undefined) throw new Error(body.toString());
  return answered;
}

function post(vcenter: Vcenter, call: string, headers: Record<string, string> = {}) {
  const body = `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Body>${call.replace(/<(\w+)>/, '<$1 xmlns="urn:vim25">')}</Body></Envelope>`;
  return ask(vcenter, '/sdk', { method: 'POST', login: false, headers, body });
}

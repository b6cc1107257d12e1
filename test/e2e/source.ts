/** The source as an administrator sees and steers it, by SOAP. */
import { readFileSync } from 'node:fs';
import { listVmRefs } from '../../activities/vsphere/inventory';
import { VcenterPool } from '../../activities/vsphere/pool';
import { readPower } from '../../activities/vsphere/power';
import { readObject } from '../../activities/vsphere/property-collector';
import type { Vim } from '../../activities/vsphere/session';
import { awaitTask } from '../../activities/vsphere/task';
import { list, reference, requiredRef } from '../../activities/vsphere/vim-value';
import type { LabState } from '../../lab/state';
import type { SourceRef } from '../../plan/frozen';
import type { PowerReading } from '../../plan/inventory';
import { type ExistingDisk, shareDisk } from '../support/share-disk';

export class Source {
  private readonly pool: VcenterPool;
  private readonly ref: SourceRef;

  private readonly vcenter: LabState['vcenter'];

  constructor({ vcenter }: Pick<LabState, 'vcenter'>, sdkEndpoint?: 'esxi') {
    this.vcenter = vcenter;
    const secret = {
      user: vcenter.username,
      password: vcenter.password,
      'ca.crt': readFileSync(vcenter.caFile, 'utf8'),
    };
    this.pool = new VcenterPool({ read: () => Promise.resolve(secret) });
    const name = { namespace: 'test', name: 'test' };
    this.ref = {
      provider: name,
      url: vcenter.url,
      secret: name,
      vddkImage: null,
      ...(sdkEndpoint && { sdkEndpoint }),
    };
  }

  power(moref: string): Promise<PowerReading> {
    return this.use((vim) => readPower(vim, moref));
  }

  async moref(name: string): Promise<string> {
    const found = (await this.use((vim) => listVmRefs(vim))).find((ref) => ref.name === name);
    if (found === undefined) throw new Error(`the vCenter has no VM ${name}`);
    return found.moref;
  }

  /** Moref of the ESXi host that a VM is on. */
  async hostOf(moref: string): Promise<string> {
    const ref = { type: 'VirtualMachine', value: moref };
    const { props } = await this.use((vim) => readObject(vim, ref, ['runtime.host']));
    return requiredRef(props.get('runtime.host'), 'a host').value;
  }

  turnOn(moref: string): Promise<void> {
    return this.change('PowerOnVM_Task', moref);
  }

  turnOff(moref: string): Promise<void> {
    return this.change('PowerOffVM_Task', moref);
  }

  /** Another VM gets the disk, too. */
  shareDisk(moref: string, disk: ExistingDisk): Promise<void> {
    return shareDisk(this.vcenter, (work) => this.use(work), moref, disk);
  }

  /** How many events of this type vCenter recorded of the VM. */
  events(moref: string, type: string): Promise<number> {
    return this.use(async (vim) => {
      if (vim.content.eventManager === null) throw new Error('this vCenter records no events');
      const filter = {
        entity: { entity: machine(moref), recursion: 'self' },
        disableFullMessage: true,
        eventTypeId: [type],
      };
      const _this = reference(vim.content.eventManager);
      return list(await vim.call('QueryEvents', { _this, filter })).length;
    });
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private change(operation: 'PowerOnVM_Task' | 'PowerOffVM_Task', moref: string): Promise<void> {
    return this.use(async (vim) => {
      await awaitTask(vim, await vim.call(operation, { _this: machine(moref) }));
    });
  }

  private use<T>(work: (vim: Vim) => Promise<T>): Promise<T> {
    return this.pool.use(this.ref, work);
  }
}

function machine(moref: string) {
  return reference({ type: 'VirtualMachine', value: moref });
}

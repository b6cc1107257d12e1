/** The lab's storage array: what it moved, and how it is made to be slow or to fail. */
import type { LabState } from '../../lab/state';
import type { Totals } from '../../lab/standins/array/counters';

export class StorageArray {
  constructor(private readonly lab: LabState) {}

  /** Bytes moved since the lab began: imports by claim, the array's own copies by copy id. */
  async counters(): Promise<Totals> {
    return (await this.ask('GET', '/counters')) as Totals;
  }

  /** Copies and imports that start from now on take so long. */
  async takeAtLeast(copySeconds: number): Promise<void> {
    await this.ask('POST', '/settings', { copySeconds });
  }

  /** Copies of the disks of these VMs stop half way, by plugin or import, until {@link release}: no clock ends them. */
  async hold(...vms: string[]): Promise<void> {
    for (const vm of vms) await this.ask('POST', '/holds', { vm });
  }

  /** Of these VMs; of none: of all. */
  async release(...vms: string[]): Promise<void> {
    if (vms.length === 0) await this.ask('DELETE', '/holds');
    for (const vm of vms) await this.ask('DELETE', `/holds?vm=${encodeURIComponent(vm)}`);
  }

  /** Copies of this disk (`[datastore] folder/disk.vmdk`) fail until they are mended. */
  async breakCopiesOf(source: string, message: string): Promise<void> {
    await this.ask('POST', '/faults', { source, message, forever: true });
  }

  /** The next copy of this disk fails, and those after it don't. */
  async breakNextCopyOf(source: string, message: string): Promise<void> {
    await this.ask('POST', '/faults', { source, message, times: 1 });
  }

  async mend(): Promise<void> {
    await this.ask('DELETE', '/faults');
  }

  /** Ids of the copies that the array is at work on. */
  async running(): Promise<string[]> {
    const ids = Object.keys((await this.counters()).copies);
    const states = await Promise.all(ids.map((id) => this.state(id)));
    return ids.filter((_, index) => states[index] === 'running');
  }

  private async state(copyId: string): Promise<string | null> {
    const { username, password } = this.lab.vcenter;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const url = `${this.lab.arrayUrl}/copies/${encodeURIComponent(copyId)}`;
    const answer = await fetch(url, { headers: { authorization } });
    return answer.ok ? ((await answer.json()) as { state: string }).state : null;
  }

  private async ask(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.lab.arrayUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.json();
  }
}

/** A simulated vCenter with a VM of one disk for each name, as importers find it. */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { listVmRefs } from '../../../activities/vsphere/inventory';
import type { VmSpec } from '../../../lab/vcenter-spec';
import { startFixture } from '../../activities/vsphere/vcenter-fixture';

interface SourceDisk {
  /** The VM's. */
  instanceUuid: string;
  backingFile: string;
  content: Buffer;
}

export interface TestSource {
  /** `https://127.0.0.1:PORT/sdk` */
  url: string;
  thumbprint: string;
  login: { user: string; password: string };
  /** The authority that signed its certificate, PEM. */
  authority: string;
  disk(vm: string): SourceDisk;
  /** Takes the disk's bytes out of the datastore. Returns what puts them back. */
  lose(vm: string): () => void;
  stop(): Promise<void>;
}

const DATASTORE = 'ssd-1';

function vmOf(name: string, sizeMiB: number): VmSpec {
  return {
    name,
    firmware: 'bios',
    cpus: 1,
    coresPerSocket: 1,
    memoryMiB: 64,
    guestId: 'otherGuest64',
    powerState: 'poweredOff',
    nics: [],
    disks: [{ datastore: DATASTORE, sizeMiB, bus: 'scsi' }],
  };
}

export async function startTestSource(names: readonly string[], sizeMiB: number): Promise<TestSource> {
  const vcenter = await startFixture({
    datacenter: 'lab',
    cluster: 'cluster',
    hosts: ['esx-1'],
    datastores: [DATASTORE],
    networks: [],
    vms: names.map((name) => vmOf(name, sizeMiB)),
  });
  const refs = await vcenter.pool.use(vcenter.source, (vim) => listVmRefs(vim));
  const flat = (vm: string) => join(vcenter.datastoresDir, DATASTORE, vm, `${vm}-flat.vmdk`);
  const contents = new Map(names.map((name) => [name, readFileSync(flat(name))]));
  return {
    url: vcenter.url,
    thumbprint: vcenter.thumbprint,
    login: { user: vcenter.username, password: vcenter.password },
    authority: readFileSync(vcenter.caFile, 'utf8'),
    disk: (vm) => ({
      instanceUuid: refs.find(({ name }) => name === vm)?.instanceUuid ?? '',
      backingFile: `[${DATASTORE}] ${vm}/${vm}.vmdk`,
      content: contents.get(vm) ?? Buffer.alloc(0),
    }),
    lose: (vm) => {
      renameSync(flat(vm), `${flat(vm)}.lost`);
      return () => renameSync(`${flat(vm)}.lost`, flat(vm));
    },
    stop: () => vcenter.end(),
  };
}

/** The disk that is copied in a test. It is read, never written. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { SourceConnection } from '../activities/interfaces';
import type { SourceLogin } from '../activities/kubernetes/objects/login-secret';
import type { SecretValues } from '../activities/kubernetes/access/secrets';
import type { SourceSecrets } from '../activities/kubernetes/access/source-secrets';
import { readLogin } from '../activities/kubernetes/copies/source-login';
import { readConnection } from '../activities/vsphere/connection';
import { listVmRefs, readVms } from '../activities/vsphere/inventory';
import { VcenterPool } from '../activities/vsphere/pool';
import type { Vim } from '../activities/vsphere/session';
import { readSourceUuid } from '../activities/vsphere/source-uuid';
import { readTrust, VerifyingAgent } from '../activities/vsphere/tls';
import type { SourceRef } from '../plan/frozen';
import type { SourceDisk, SourceVm } from '../plan/inventory';
import { splitDatastorePath } from '../plan/vcenter-names';
import { SiteError } from './site-error';

export interface TestSource {
  ref: SourceRef;
  vcenterUuid: string;
  vm: SourceVm;
  disk: SourceDisk;
  connection: SourceConnection;
  login: SourceLogin;
  /** Of the disk's bytes, hex. */
  sha256: string;
}

export interface SourceChoice {
  ref: SourceRef;
  /** Name, moref or inventory path. */
  vm: string;
  /** Index among the VM's disks. */
  disk: number;
  /** Known already; else the disk is read from its datastore. */
  sha256?: string | undefined;
  /** True: a disk with snapshots is wanted. Default: one without. */
  chain?: boolean;
}

/** @throws SiteError where the disk is none that a plugin would be given; failures of the source */
export async function openSource(secrets: SourceSecrets, choice: SourceChoice): Promise<TestSource> {
  const { ref } = choice;
  const pool = new VcenterPool(secrets);
  try {
    const found = await pool.use(ref, async (vim) => {
      const vm = await findVm(vim, choice.vm);
      const connection = await readConnection(vim, ref.url, { type: 'HostSystem', value: vm.host.moref });
      return { vm, connection, vcenterUuid: await readSourceUuid(vim) };
    });
    const disk = suitableDisk(found.vm, choice);
    const login = await readLogin(secrets, ref, null);
    const sha256 = choice.sha256 ?? (await hashOfSource(await secrets.read(ref), { ...found, ref, disk }));
    return { ref, ...found, disk, login, sha256 };
  } finally {
    await pool.close();
  }
}

async function findVm(vim: Vim, wanted: string): Promise<SourceVm> {
  const refs = (await listVmRefs(vim)).filter(
    ({ moref, name, inventoryPath }) => wanted === moref || wanted === name || wanted === inventoryPath,
  );
  const [ref, ...others] = refs;
  if (ref === undefined) throw new SiteError(`vCenter has no VM ${wanted}`);
  if (others.length > 0) throw new SiteError(`several VMs go by ${wanted}: give one by its moref`);
  const [vm] = await readVms(vim, [ref.moref]);
  if (vm === undefined) throw new SiteError(`vCenter does not let us read VM ${wanted}`);
  return vm;
}

/** What a plan would refuse, a test does: the plugin would not be asked for it. */
function suitableDisk(vm: SourceVm, { disk: index, chain = false }: SourceChoice): SourceDisk {
  const disk = vm.disks[index];
  if (disk === undefined)
    throw new SiteError(`VM ${vm.name} has ${vm.disks.length} disks: none is disk ${index}`);
  if (vm.power.state !== 'poweredOff') {
    throw new SiteError(
      `VM ${vm.name} is ${vm.power.state}: give one that is off, as VMs are when they are copied`,
    );
  }
  if ((disk.basePath !== disk.currentPath) !== chain)
    throw new SiteError(`disk ${index} of VM ${vm.name} has ${chain ? 'no ' : ''}snapshots`);
  return disk;
}

type Content = Pick<TestSource, 'ref' | 'vm' | 'disk'>;

/** Reads the disk through vCenter's datastore access. */
async function hashOfSource(secret: SecretValues, { ref, vm, disk }: Content): Promise<string> {
  const agent = new VerifyingAgent(readTrust(secret));
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const auth = `${secret['user']}:${secret['password']}`;
      request(fileUrl(ref.url, vm, disk), { agent, auth }, resolve)
        .on('error', reject)
        .end();
    });
    if (answer.statusCode !== 200) {
      const remedy = 'give its SHA-256 by --sha256';
      throw new SiteError(`vCenter answered ${answer.statusCode} for ${disk.currentPath}; ${remedy}`);
    }
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of answer) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    if (bytes === disk.capacityBytes) return hash.digest('hex');
    throw new SiteError(`${disk.currentPath} has ${disk.capacityBytes} bytes, and vCenter sent ${bytes}`);
  } finally {
    agent.destroy();
  }
}

/**
 * `[ds] vm/disk.vmdk` describes a disk; its bytes lie in `vm/disk-flat.vmdk`. Of a chain only the simulated vCenter has such
 * a file: elsewhere its SHA-256 must be given.
 */
function fileUrl(vcenter: string, vm: SourceVm, disk: SourceDisk): URL {
  const { path, stored } = splitDatastorePath(disk.currentPath, disk.datastore.name) ?? {};
  if (stored === undefined || path?.endsWith('.vmdk') !== true)
    throw new SiteError(`${disk.currentPath} is not a disk's path`);
  const file = path.slice(0, -'.vmdk'.length).split('/').map(encodeURIComponent).join('/');
  const url = new URL(`/folder/${file}-flat.vmdk`, vcenter);
  const [datacenter = ''] = vm.inventoryPath.split('/vm/');
  url.searchParams.set('dcPath', datacenter.slice(1));
  url.searchParams.set('dsName', stored);
  return url;
}

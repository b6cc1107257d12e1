/** Runs the real virt-v2v-in-place on overlays of a guest's disks, as an operator would by hand. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../lab/log';
import { provideAppliance } from '../../lab/guest/appliance';
import type { BootDisk } from '../../lab/guest/qemu-arguments';

const QEMU_IMG = '/usr/bin/qemu-img';
const CONVERTER = '/usr/bin/virt-v2v-in-place';

export interface HandConversion {
  code: number | null;
  output: string;
  /** What the conversion wrote to. */
  overlays: BootDisk[];
}

export async function convertGuest(
  disks: readonly string[],
  firmware: 'bios' | 'uefi',
  log: Log,
): Promise<HandConversion> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-convert-'));
  const overlays = disks.map((disk, index): BootDisk => {
    const path = join(folder, `overlay-${index}.qcow2`);
    execFileSync(QEMU_IMG, ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', disk, path]);
    return { path, format: 'qcow2' };
  });
  const domain = join(folder, 'domain.xml');
  writeFileSync(domain, domainXml(overlays, firmware));
  const env = {
    ...process.env,
    LIBGUESTFS_PATH: await provideAppliance(log),
    LIBGUESTFS_BACKEND: 'direct',
    LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg',
  };
  const converter = spawn(CONVERTER, ['-i', 'libvirtxml', domain], {
    env,
    // It asks for the key of an encrypted disk, and would wait for ever on a pipe that nobody writes to.
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  // Where the converter gives up early its qemu-nbd lives on, with the disk and our pipes open.
  converter.once('exit', () => killGroup(converter.pid as number));
  let output = '';
  const read = (chunk: Buffer) => (output += chunk.toString());
  converter.stdout.on('data', read);
  converter.stderr.on('data', read);
  const code = await new Promise<number | null>((resolve, reject) => {
    converter.once('error', reject);
    converter.once('close', resolve);
  });
  return { code, output, overlays };
}

function domainXml(overlays: readonly BootDisk[], firmware: 'bios' | 'uefi'): string {
  const disk = ({ path, format }: BootDisk, index: number) =>
    `<disk type='file' device='disk'><driver name='qemu' type='${format}'/><source file='${path}'/>` +
    `<target dev='sd${String.fromCharCode('a'.charCodeAt(0) + index)}' bus='scsi'/></disk>`;
  return (
    "<domain type='kvm'><name>guest</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>" +
    `<os${firmware === 'uefi' ? " firmware='efi'" : ''}><type>hvm</type></os>` +
    `<devices>${overlays.map(disk).join('')}</devices></domain>`
  );
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

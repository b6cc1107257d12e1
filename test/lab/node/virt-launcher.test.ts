import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installTinyGuest } from '../standins/tiny-guest';
import { runImage, type RunningImage } from './run-image';
import { eventually } from '../../support/eventually';

let dir: string;
let disk: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-launcher-'));
  disk = join(dir, 'disk');
  writeFileSync(disk, '');
  truncateSync(disk, 1 << 20);
  chmodSync(disk, 0o666);
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Says what it was asked, and ends at once: the guests of these tests need no emulator. */
const EMULATOR = '#!/bin/sh\necho "emulator $*" >&2\nexit ${EMULATOR_ENDS_WITH:-0}\n';

function launch(firmware: 'bios' | 'efi', env: Record<string, string> = {}): RunningImage {
  const emulator = join(dir, 'qemu');
  writeFileSync(emulator, EMULATOR, { mode: 0o755 });
  return runImage({
    image: 'virt-launcher',
    args: ['/dev/root', '--', '-m', '64M'],
    env: { FIRMWARE: firmware, GRACE_SECONDS: '1', ...env },
    mounts: [
      { source: disk, target: '/dev/root', readOnly: false },
      { source: emulator, target: '/usr/local/bin/qemu-system-x86_64', readOnly: true },
    ],
  });
}

async function outputOf(running: RunningImage): Promise<string> {
  await eventually(() => /guest (running|started)/.test(running.output()));
  running.sandbox.terminate();
  return (await running.ended).output;
}

/** A partition table of the new kind with an EFI System Partition, behind the old kind's signature. */
function partitionForEfi(): void {
  const sectors = Buffer.alloc(1 << 20);
  sectors.writeUInt16LE(0xaa55, 510);
  sectors.write('EFI PART', 512, 'latin1');
  Buffer.from('28732ac11ff8d211ba4b00a0c93ec93b', 'hex').copy(sectors, 1024 + 128);
  writeFileSync(disk, sectors);
}

test.each(['bios', 'efi'] as const)('an empty disk is held, not booted, by %s', async (firmware) => {
  expect(await outputOf(launch(firmware))).toBe('guest running with 1 disks\nguest shutdown\n');
});

test('a disk with boot code is booted by a BIOS and not by an EFI', async () => {
  installTinyGuest(disk, 'ends');
  expect(await outputOf(launch('bios'))).toContain('emulator -monitor stdio -m 64M');
  expect(await outputOf(launch('efi'))).not.toContain('emulator');
});

test('a disk with an EFI System Partition is booted by an EFI and not by a BIOS', async () => {
  partitionForEfi();
  expect(await outputOf(launch('efi'))).toContain('emulator -monitor stdio -m 64M');
  expect(await outputOf(launch('bios'))).not.toContain('emulator');
});

test('an emulator that fails is told of in the termination message', async () => {
  installTinyGuest(disk, 'ends');
  const { end, terminationMessage } = await launch('bios', { EMULATOR_ENDS_WITH: '3' }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 1 });
  expect(terminationMessage).toBe('qemu ended with code 3: emulator -monitor stdio -m 64M\n');
});

test('a disk that can’t be opened is named', async () => {
  rmSync(disk);
  writeFileSync(disk, '', { mode: 0o444 });
  const { end, terminationMessage } = await launch('bios').ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 1 });
  expect(terminationMessage).toBe('cannot open /dev/root\n');
});

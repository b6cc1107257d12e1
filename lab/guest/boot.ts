/** Boots a guest from its disks, writing to none of them. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../log';
import { chooseAccelerator } from './accelerator';
import { type Answer, watchConsole } from './console';
import { type Machine, OVMF_VARIABLES, qemuArguments } from './qemu-arguments';

/** What a guest of this folder shows when it is up. */
export const LOGIN_PROMPT = /\blogin: /;
/** What an encrypted one shows when it wants its passphrase. */
export const PASSPHRASE_PROMPT = /Please unlock disk root: /;
/** What it shows when its initial file system has no driver for the disk, or looks for it under another name. */
export const NO_ROOT = /Gave up waiting for root file system device/;

export interface Boot {
  machine: Machine;
  /** What the guest must write to its serial console. */
  until: RegExp;
  deadlineMs: number;
  answer?: Answer;
}

/**
 * Boots, and ends the machine once its console shows the pattern.
 * @returns the console's lines.
 * @throws Error with the console's last lines, when the deadline passes or the machine ends before that.
 */
export async function bootGuest(boot: Boot, log: Log): Promise<string[]> {
  const { answer, deadlineMs, machine, until } = boot;
  const accelerator = await chooseAccelerator(log);
  const folder = mkdtempSync(join(tmpdir(), 'drover-boot-'));
  const nvram = join(folder, 'nvram.fd');
  try {
    if (machine.firmware === 'uefi') {
      copyFileSync(OVMF_VARIABLES, nvram);
    }
    const args = qemuArguments(machine, accelerator, nvram);
    return await watchConsole({ answer, args, pattern: until, deadlineMs });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * A guest of one sector, for tests that need a machine to boot and no operating system: it says `guest up` and asks
 * for a `login: ` on its serial port, and then does as its mode says.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

export type GuestMode =
  /** Powers itself off when the power button is pressed. */
  | 'obeys'
  /** Powers itself off at once. */
  | 'ends'
  /** Never ends by itself. */
  | 'deaf';

const MODES: Readonly<Record<GuestMode, number>> = { obeys: 0, ends: 1, deaf: 2 };
const MODE_AT = 5;

/**
 * What `as` makes of this, at 0x7c00 and with 55 aa at its end:
 *
 *       ljmp $0, $begin        | said: cmpb $1, mode      | deaf: cli
 * mode: .byte 0                |       je off             |       hlt
 * begin: cli                   |       cmpb $2, mode      |       jmp deaf
 *       xor %ax, %ax           |       je deaf            | msg:  .asciz "Starting\r\nguest up\r\nlogin: "
 *       mov %ax, %ds           |       mov $0x602, %dx    |
 *       mov %ax, %ss           |       mov $0x100, %ax    | The ports of a q35 machine: 0x3f8 is the serial
 *       mov $0x7c00, %sp       |       out %ax, %dx       | port; ACPI's power management is at 0x600: status,
 *       mov $msg, %si          | poll: sti                | of which bit 8 is the power button; 0x602: what is
 * next: lodsb                  |       hlt                | reported there; 0x604: bit 13 is off.
 *       test %al, %al          |       mov $0x600, %dx    |
 *       jz said                |       in %dx, %ax        |
 *       mov %al, %ah           |       test $0x100, %ax   |
 * busy: mov $0x3fd, %dx        |       jz poll            |
 *       in %dx, %al            | off:  mov $0x604, %dx    |
 *       test $0x20, %al        |       mov $0x2000, %ax   |
 *       jz busy                |       out %ax, %dx       |
 *       mov $0x3f8, %dx        |                          |
 *       mov %ah, %al           |                          |
 *       out %al, %dx           |                          |
 *       jmp next               |                          |
 */
const CODE =
  'ea067c000000fa31c08ed88ed0bc007cbe557cac84c0741288c4bafd03eca820' +
  '74f8baf80388e0eeebe9803e057c017419803e057c027419ba0206b80001effb' +
  'f4ba0006eda9000174f5ba0406b80020effaf4ebfc' +
  Buffer.from('Starting\r\nguest up\r\nlogin: \0', 'latin1').toString('hex');

/** Writes the guest's sector to the beginning of a disk that is there. */
export function installTinyGuest(disk: string, mode: GuestMode): void {
  const sector = Buffer.alloc(512);
  Buffer.from(CODE, 'hex').copy(sector);
  sector[MODE_AT] = MODES[mode];
  sector.writeUInt16LE(0xaa55, 510);
  const file = openSync(disk, 'r+');
  writeSync(file, sector, 0, sector.length, 0);
  closeSync(file);
}

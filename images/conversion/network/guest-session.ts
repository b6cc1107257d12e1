/**
 * A guest's own files, read and written by guestfish over the overlays.
 *
 * The guest is hostile until shown otherwise: what it holds reaches this side as the content of files that we name, bounded,
 * and as names that fit a pattern of ours. Its programs never run, here or in the appliance.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { applianceEnv, type Accelerator } from '../accelerator';
import { type GuestKey, keyArguments } from '../guest-keys';
import { harmless } from '../harmless';
import { runGroup, type GroupEnd } from '../process-group';
import type { GuestFile } from './facts';

export interface SessionSettings {
  /** Path or name of guestfish. */
  program: string;
  overlays: readonly string[];
  /** What holds the system, as virt-v2v calls it, or `single`: the only one. */
  root: string;
  /** What opens its encrypted disks. */
  keys: readonly GuestKey[];
  /** Folder for temporary files; nothing is left in it. */
  temporary: string;
  accelerator: Accelerator;
  signal: AbortSignal;
  /** After so long without an end, guestfish is stopped: the guest may hold a file that never ends. */
  limitMs?: number;
}

/** An appliance that is emulated on a busy node is up after some minutes. */
const LIMIT_MS = 15 * 60_000;
/** Of one file. */
export const MOST_BYTES = 64 * 1024;
const MOST_NAMES = 500;
/** Partitions and logical volumes of one guest that are looked at for encryption, and again as many. */
const MOST_PARTS = 256;
const MOST_ERRORS = 5;

/**
 * Runs `work` with the guest's file systems mounted as its fstab has them, and ends when all is written and nobody has an
 * overlay open.
 * @throws Error where the guest can not be mounted, or a command that must succeed does not; then the overlays may be half written
 */
export async function withGuest<T>(
  settings: SessionSettings,
  work: (guest: GuestSession) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(settings.temporary, 'drover-guest-'));
  const session = new GuestSession(settings, folder);
  try {
    if (settings.root !== SINGLE) await session.mount(settings.root);
    const result = await work(session);
    await session.close();
    return result;
  } finally {
    await session.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const SINGLE = 'single';

/** Names of devices and folders in the appliance that guestfish can't take for more than themselves. */
const DEVICE = /^(btrfsvol:)?\/dev\/[\w./@:+-]+$/;
const MOUNT_POINT = /^\/[\w./@+-]*$/;

export class GuestSession {
  private readonly input = new PassThrough();
  private readonly token = randomBytes(12).toString('hex');
  private readonly stopping = new AbortController();
  private readonly ended: Promise<GroupEnd>;
  private readonly errors: string[] = [];
  private lines: string[] = [];
  private answered: (() => void) | null = null;
  private files = 0;
  private readonly keys: readonly GuestKey[];

  constructor(
    settings: SessionSettings,
    private readonly folder: string,
  ) {
    const { accelerator, keys, limitMs = LIMIT_MS, overlays, program, root, signal } = settings;
    this.keys = keys;
    this.ended = runGroup({
      program,
      args: [
        ...['--rw', '--format=qcow2'],
        ...overlays.flatMap((overlay) => ['--add', overlay]),
        // The inspector refuses a guest of several systems, and can't be told which of them is meant. It alone uses the keys.
        ...(root === SINGLE ? [...keyArguments(keys), '--inspector'] : openedByHand(keys)),
      ],
      env: {
        ...applianceEnv(accelerator),
        TMPDIR: folder,
        LIBGUESTFS_TMPDIR: folder,
        XDG_RUNTIME_DIR: folder,
      },
      input: this.input,
      onLine: (line) => this.hear(line),
      signal: AbortSignal.any([signal, this.stopping.signal, AbortSignal.timeout(limitMs)]),
    });
  }

  /**
   * Mounts the system on this partition as its fstab has it, as `--inspector` mounts the only one.
   * @throws Error where there is no system, or its root can not be mounted
   */
  async mount(root: string): Promise<void> {
    await this.ask('run');
    await this.open();
    const systems = await this.ask('inspect-os | cat');
    if (!DEVICE.test(root) || !systems.includes(root)) throw new Error(`there is no system on ${root}`);
    const listed = await this.ask(`inspect-get-mountpoints "${root}" | cat`);
    const points = listed.flatMap(readMountPoint).slice(0, MOST_NAMES);
    for (const { point, device } of points.sort((one, other) => one.point.length - other.point.length)) {
      await this.ask(`${point === '/' ? '' : '-'}mount "${device}" "${point}"`);
    }
  }

  /** Opens encrypted disks, and those on logical volumes of them, as far as the keys go; what stays closed is not mounted. */
  private async open(): Promise<void> {
    if (this.keys.length === 0) return;
    const tried = new Set<string>();
    // What is opened first may hold the logical volumes that are opened then.
    for (let round = 1; round <= 2; round++) {
      // What is encrypted is no file system in guestfish's list of them.
      const found = await this.ask('list-partitions | cat', '-lvs | cat');
      const parts = found.filter((name) => DEVICE.test(name) && !tried.has(name));
      for (const part of parts.slice(0, MOST_PARTS)) {
        tried.add(part);
        const [type] = await this.ask(`-vfs-type "${part}" | cat`);
        if (type === 'crypto_LUKS') await this.openDisk(part);
      }
      await this.ask('-lvm-scan true');
    }
  }

  private async openDisk(disk: string): Promise<void> {
    // As virt-v2v calls what it has opened. Volumes of two groups may have one name.
    const name = `crypt${disk.slice('/dev/'.length).replace(/[^A-Za-z0-9]/g, '')}`;
    const [uuid] = await this.ask(`-luks-uuid "${disk}" | cat`);
    for (const key of this.keys.filter((one) => one.disk === 'all' || one.disk === uuid)) {
      if (key.file === null) await this.ask(`-clevis-luks-unlock "${disk}" "${name}"`);
      else await this.ask(`-cryptsetup-open "${disk}" "${name}"\n${firstLine(key.file)}`);
      const open = await this.ask('list-dm-devices | cat');
      if (open.includes(`/dev/mapper/${name}`)) return;
    }
  }

  /** Names in a folder; none where there is no such folder. */
  async list(folder: string): Promise<string[]> {
    // Piped, because guestfish keeps what it prints itself until it ends.
    return (await this.ask(`-ls "${folder}" | cat`)).slice(0, MOST_NAMES);
  }

  /** The beginning of a file; `path` has no character that guestfish would take for more than itself. */
  async read(path: string): Promise<GuestFile> {
    const copy = this.newFile();
    writeFileSync(copy, '');
    await this.ask(`-pread "${path}" ${MOST_BYTES} 0 | cat > '${copy}'`);
    return { path, text: readFileSync(copy, 'utf8') };
  }

  /** Writes a file that all may read. */
  async write({ path, text }: GuestFile): Promise<void> {
    const copy = this.newFile();
    writeFileSync(copy, text);
    const folder = path.slice(0, path.lastIndexOf('/'));
    await this.ask(`mkdir-p "${folder}"`, `upload '${copy}' "${path}"`, `chmod 0644 "${path}"`);
  }

  /** @throws Error unless everything was written */
  async close(): Promise<void> {
    await this.ask('umount-all');
    this.input.end();
    const { code, killed } = await this.ended;
    if (code !== 0 || killed) throw this.failed();
  }

  /** Resolves when nothing of guestfish runs any more. */
  async stop(): Promise<void> {
    this.input.end();
    this.stopping.abort();
    await this.ended;
  }

  private newFile(): string {
    return join(this.folder, String(this.files++));
  }

  /** Lines that the commands printed. A command that begins with a dash may fail. */
  private async ask(...commands: string[]): Promise<string[]> {
    this.lines = [];
    const answer = new Promise<void>((resolve) => (this.answered = resolve));
    this.input.write([...commands, `!echo ${this.token}`, ''].join('\n'));
    const isAnswered = await Promise.race([answer.then(() => true), this.ended.then(() => false)]);
    if (!isAnswered) throw this.failed();
    // What failed was allowed to.
    this.errors.length = 0;
    return this.lines;
  }

  private hear(line: string): void {
    if (line === this.token) return this.answered?.();
    if (/^(\*stdin\*:\d+: )?(libguestfs|guestfish): /.test(line)) this.errors.push(line);
    if (this.errors.length > MOST_ERRORS) this.errors.shift();
    if (this.lines.length < 2 * MOST_NAMES) this.lines.push(line);
  }

  private failed(): Error {
    return new Error(harmless(this.errors.at(-1) ?? 'guestfish ended before it had done all'));
  }
}

/** `--key` would also give Clevis the network that it needs to ask its server. */
function openedByHand(keys: readonly GuestKey[]): string[] {
  return ['--keys-from-stdin', ...(keys.some(({ file }) => file === null) ? ['--network'] : [])];
}

/** As virt-v2v reads a file with a passphrase. */
function firstLine(file: string): string {
  return readFileSync(file, 'utf8').split('\n')[0] ?? '';
}

/** `/boot: /dev/sda1`, a line of guestfish. */
function readMountPoint(line: string): { point: string; device: string }[] {
  const [point = '', device = ''] = line.split(': ');
  return MOUNT_POINT.test(point) && DEVICE.test(device) ? [{ point, device }] : [];
}

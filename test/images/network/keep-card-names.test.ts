/** The session with a guest's files. guestfish is a script over a folder here; the guests' tests run the real one. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepCardNames } from '../../../images/conversion/network/keep-card-names';
import { RULES_FILE } from '../../../images/conversion/network/name-rules';
import { eventually } from '../../support/eventually';
import { makeGuest } from './guest-files';

const MAC = '00:50:56:9a:00:01';
const CARD = { mac: MAC, pciSlot: 192, addresses: [], gateways: [], nameServers: [] };
const INTERFACES = {
  '/etc/network/interfaces': 'auto ens192\niface ens192 inet static\n  address 192.0.2.10/24\n',
};

let dir: string;
let stop: AbortController;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-names-'));
  mkdirSync(join(dir, 'tmp'));
  stop = new AbortController();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function keep(guest: { program: string }, { limitMs }: { limitMs?: number } = {}) {
  return keepCardNames(
    { system: 'other', cards: [CARD], leftOut: 0 },
    {
      program: guest.program,
      overlays: [join(dir, 'disk0.qcow2')],
      temporary: join(dir, 'tmp'),
      accelerator: 'tcg',
      signal: stop.signal,
      ...(limitMs !== undefined && { limitMs }),
    },
  );
}

const rules = (root: string) => readFileSync(join(root, RULES_FILE), 'utf8');

test('a name that a file uses is bound by a rule of udev, which all may read', async () => {
  const guest = makeGuest(dir, INTERFACES);
  expect(await keep(guest)).toEqual({
    bindings: [{ name: 'ens192', mac: MAC, file: '/etc/network/interfaces', why: 'its PCI slot' }],
    open: [],
  });
  expect(rules(guest.root)).toContain(`ATTR{address}=="${MAC}", ATTR{type}=="1", NAME="ens192"`);
  expect(statSync(join(guest.root, RULES_FILE)).mode & 0o777).toBe(0o644);
  expect(existsSync(join(guest.root, 'umounted'))).toBe(true);
});

test('nothing is written where no file names a card', async () => {
  const guest = makeGuest(dir, { '/etc/hostname': 'web01\n' });
  expect(await keep(guest)).toEqual({ bindings: [], open: [] });
  expect(readdirSync(join(guest.root, 'etc'))).toEqual(['hostname']);
});

test('rules of a former migration stay, and are not written twice', async () => {
  const former = 'SUBSYSTEM=="net", ATTR{address}=="00:50:56:9a:00:99", NAME="lan0"\n';
  const guest = makeGuest(dir, { ...INTERFACES, [RULES_FILE]: former });
  await keep(guest);
  expect(rules(guest.root)).toContain(former);
  const once = rules(guest.root);
  expect(await keep(guest)).toEqual({ bindings: [], open: [] });
  expect(rules(guest.root)).toBe(once);
});

test('files with names that no system reads are not read', async () => {
  const guest = makeGuest(dir, {
    '/etc/netplan/$(touch pwned).yaml': 'network: {ethernets: {ens192: {}}}',
    '/etc/netplan/x" | sh; ".yaml': 'network: {ethernets: {ens192: {}}}',
  });
  expect(await keep(guest)).toEqual({ bindings: [], open: [] });
});

test('of a file without end only the beginning is read', async () => {
  const guest = makeGuest(dir, {
    '/etc/network/interfaces': `${INTERFACES['/etc/network/interfaces']}${'#'.repeat(1_000_000)}`,
  });
  expect((await keep(guest)).bindings).toHaveLength(1);
});

describe('it fails, and leaves nothing that runs and no temporary file,', () => {
  afterEach(() => expect(readdirSync(join(dir, 'tmp'))).toEqual([]));

  test('if the guest can not be mounted', async () => {
    const program = join(dir, 'guestfish');
    writeFileSync(
      program,
      '#!/bin/sh\necho "guestfish: no operating system was found on this disk" >&2\nexit 1\n',
      { mode: 0o755 },
    );
    await expect(keep({ program })).rejects.toThrow('no operating system was found on this disk');
  });

  test('if there is no guestfish', async () => {
    await expect(keep({ program: join(dir, 'none') })).rejects.toThrow('guestfish ended');
  });

  test('if the rule can not be written', async () => {
    const guest = makeGuest(
      dir,
      INTERFACES,
      'case $line in upload*) failed "upload: No space left on device";; esac',
    );
    await expect(keep(guest)).rejects.toThrow('No space left on device');
  });

  test('if guestfish is killed after it has answered everything', async () => {
    const guest = makeGuest(dir, INTERFACES, 'case $line in umount-all) trap "kill -9 $$" EXIT;; esac');
    await expect(keep(guest)).rejects.toThrow('guestfish ended');
  });

  test('if a file of the guest never ends', async () => {
    const guest = makeGuest(dir, INTERFACES, 'case $line in -pread*) sleep 3600;; esac');
    await expect(keep(guest, { limitMs: 500 })).rejects.toThrow('guestfish ended');
  });

  test('if the conversion is stopped', async () => {
    const sign = join(dir, 'reached');
    const guest = makeGuest(dir, INTERFACES, `case $line in -pread*) touch ${sign}; sleep 3600;; esac`);
    const ended = keep(guest);
    ended.catch(() => undefined);
    await eventually(() => existsSync(sign));
    stop.abort();
    await expect(ended).rejects.toThrow('guestfish ended');
  });
});

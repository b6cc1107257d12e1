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
import type { GuestKey } from '../../../images/conversion/guest-keys';
import { keepCardNames, openWarning } from '../../../images/conversion/network/keep-card-names';
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

interface Kept {
  keys?: GuestKey[];
  limitMs?: number;
  root?: string;
}

function keep(guest: { program: string }, { keys = [], limitMs, root = 'single' }: Kept = {}) {
  return keepCardNames(
    { system: 'other', cards: [CARD], leftOut: 0 },
    {
      program: guest.program,
      overlays: [join(dir, 'disk0.qcow2')],
      root,
      keys,
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

test('the guest is opened with the keys of its disks', async () => {
  const guest = makeGuest(
    dir,
    INTERFACES,
    `[ -e '${join(dir, 'arguments')}' ] || echo "$*" > '${join(dir, 'arguments')}'`,
  );
  await keep(guest, { keys: [{ disk: 'all', file: '/keys/a' }] });
  expect(readFileSync(join(dir, 'arguments'), 'utf8')).toContain('--key all:file:/keys/a --inspector');
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

test('names are looked for on the system that is converted, where the plan says which of several', async () => {
  const guest = makeGuest(dir, INTERFACES);
  await keep(guest);
  expect(readFileSync(join(guest.root, 'arguments'), 'utf8')).toContain('--inspector');
  expect(existsSync(join(guest.root, 'mounted'))).toBe(false);

  expect((await keep(guest, { root: '/dev/sdb2' })).bindings).toEqual([]);
  expect(readFileSync(join(guest.root, 'arguments'), 'utf8')).not.toContain('--inspector');
  expect(readFileSync(join(guest.root, 'mounted'), 'utf8').trim().split('\n')).toEqual([
    'mount "/dev/sdb2" "/"',
    '-mount "/dev/sdb1" "/boot"',
    '-mount "/dev/vg-0/srv" "/boot/srv"',
  ]);
});

test('disks are opened also where the plan says which system is converted: each with the keys that are for it', async () => {
  const uuid = '2b5a9d4e-0c1f-4f6b-9d7e-7469e7900004';
  const guest = makeGuest(dir, {
    ...INTERFACES,
    '/partitions': '/dev/sda1\n/dev/sda2\n/dev/x"; !sh\n',
    '/volumes': '/dev/vg/srv\n',
    '/type/dev/sda1': 'ext4\n',
    '/type/dev/sda2': 'crypto_LUKS\n',
    '/type/dev/vg/srv': 'crypto_LUKS\n',
    '/uuid/dev/sda2': `${uuid}\n`,
    '/uuid/dev/vg/srv': '2b5a9d4e-0c1f-4f6b-9d7e-7469e7900005\n',
    '/opens': '/dev/sda2 open sesame\n/dev/vg/srv open barley\n',
  });
  const key = (disk: string, text: string) => {
    writeFileSync(join(dir, text), `${text}\nmore\n`);
    return { disk, file: join(dir, text) };
  };
  const keys = [key(uuid, 'open sesame'), key('all', 'open wheat'), key('all', 'open barley')];
  await keep(guest, { root: '/dev/sdb2', keys });
  expect(readFileSync(join(guest.root, 'tried'), 'utf8').trim().split('\n')).toEqual([
    '/dev/sda2 open sesame',
    '/dev/vg/srv open wheat',
    '/dev/vg/srv open barley',
  ]);
  expect(readFileSync(join(guest.root, 'opened'), 'utf8')).toBe(
    '/dev/mapper/cryptsda2\n/dev/mapper/cryptvgsrv\n',
  );
  expect(readFileSync(join(guest.root, 'arguments'), 'utf8')).toContain('--keys-from-stdin');
  expect(existsSync(join(guest.root, 'mounted'))).toBe(true);
});

test('encrypted volumes of one name in two groups are both opened', async () => {
  const guest = makeGuest(dir, {
    ...INTERFACES,
    '/partitions': '',
    '/volumes': '/dev/vg1/home\n/dev/vg2/home\n',
    '/type/dev/vg1/home': 'crypto_LUKS\n',
    '/type/dev/vg2/home': 'crypto_LUKS\n',
    '/uuid/dev/vg1/home': '2b5a9d4e-0c1f-4f6b-9d7e-7469e7900006\n',
    '/uuid/dev/vg2/home': '2b5a9d4e-0c1f-4f6b-9d7e-7469e7900007\n',
    '/opens': '/dev/vg1/home open sesame\n/dev/vg2/home open sesame\n',
  });
  writeFileSync(join(dir, 'key'), 'open sesame\n');
  await keep(guest, { root: '/dev/sdb2', keys: [{ disk: 'all', file: join(dir, 'key') }] });
  expect(readFileSync(join(guest.root, 'opened'), 'utf8')).toBe(
    '/dev/mapper/cryptvg1home\n/dev/mapper/cryptvg2home\n',
  );
});

test('the appliance has a network only where Clevis asks a server for a key', async () => {
  const clevis = { disk: 'all', file: null };
  const guest = makeGuest(dir, { ...INTERFACES, '/partitions': '', '/volumes': '' });
  const given = () => readFileSync(join(guest.root, 'arguments'), 'utf8');
  await keep(guest, { root: '/dev/sdb2', keys: [{ disk: 'all', file: '/keys/a' }] });
  expect(given()).not.toContain('--network');
  await keep(guest, { root: '/dev/sdb2', keys: [clevis] });
  expect(given()).toContain('--keys-from-stdin --network');
  // guestfish sees to it itself.
  await keep(guest, { keys: [clevis] });
  expect(given()).toContain('--key all:clevis --inspector');
});

test('files with names that no system reads are not read', async () => {
  const guest = makeGuest(dir, {
    '/etc/netplan/$(touch pwned).yaml': 'network: {ethernets: {ens192: {}}}',
    '/etc/netplan/x" | sh; ".yaml': 'network: {ethernets: {ens192: {}}}',
  });
  expect(await keep(guest)).toEqual({ bindings: [], open: [] });
});

describe('rules that do not fit into what is read of a file', () => {
  const lan = '# a rule of a card that is gone\n';

  test.each([
    ['are longer than that already', 2 * 64 * 1024],
    ['would be with the new ones', 64 * 1024 - 100],
  ])('are left as they are, if they %s', async (_, bytes) => {
    const former = lan.repeat(bytes / lan.length);
    const guest = makeGuest(dir, { ...INTERFACES, [RULES_FILE]: former });
    await expect(keep(guest)).rejects.toThrow(
      `${RULES_FILE} of the guest would be larger than 64 KiB; remove from it the rules of cards that are gone`,
    );
    expect(rules(guest.root)).toBe(former);
  });
});

test('many names that stay open are one warning, and no longer than a few names', () => {
  const open = Array.from({ length: 2_000 }, (_, index) => ({
    name: `eth${index}`,
    file: '/etc/network/interfaces',
  }));
  expect(openWarning([])).toBeNull();
  expect(openWarning(open.slice(0, 2))).toBe(
    'nothing shows which network card each of these names is, and files of the guest use them: eth0 (/etc/network/interfaces), eth1 (/etc/network/interfaces)',
  );
  expect(openWarning(open)).toMatch(/eth9 \(\/etc\/network\/interfaces\) and 1990 more$/);
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

  test('and what it says is short, and steers no terminal', async () => {
    const program = join(dir, 'guestfish');
    const script = `#!/bin/bash\nprintf 'libguestfs: error: mount: \\033]0;x\\007%01000d\\n' 7 >&2\nexit 1\n`;
    writeFileSync(program, script, { mode: 0o755 });
    const error = (await keep({ program }).catch((failed: unknown) => failed)) as Error;
    expect(error.message).toMatch(/^libguestfs: error: mount: \ufffd\]0;x\ufffd0+…$/);
    expect(error.message).toHaveLength(300);
  });

  test('if there is no system on the partition that the plan names', async () => {
    const guest = makeGuest(dir, INTERFACES);
    await expect(keep(guest, { root: '/dev/sdc1' })).rejects.toThrow('there is no system on /dev/sdc1');
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

/** The entrypoint with real overlays and commits; the converter is a script that writes to them as virt-v2v does. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { RULES_FILE } from '../../images/conversion/network/name-rules';
import { appears, ConversionSite } from './entrypoint';
import { makeGuest } from './network/guest-files';
import { eventually } from '../support/eventually';

const MIB = 1024 * 1024;

let site: ConversionSite;
let sources: Buffer[];
let converted: Buffer[];
/** What a conversion writes, from the second MiB of each disk on. */
let writtenMib: number;

beforeEach(() => {
  site = new ConversionSite();
  makeDisks({ writtenMib: 4 });
});
afterEach(() => site.remove());

function makeDisks(written: { writtenMib: number }): void {
  writtenMib = written.writtenMib;
  sources = [0, 1].map(() => randomBytes((writtenMib + 2) * MIB));
  converted = sources.map((content) => Buffer.from(content).fill(0x5a, MIB, (writtenMib + 1) * MIB));
  site.setDisks(sources);
}

const OVERLAYS = `overlays=$(sed -n "s/.*<source file='\\([^']*\\)'.*/\\1/p" "\${@: -1}")`;
const WRITE = 'write -q -P 0x5a 1M';

/** A converter that writes to each overlay; `before` and `after` are run around it. */
function converter({ before = '', after = '' } = {}): void {
  site.tool(
    'virt-v2v-in-place',
    `
    case $1 in --help) exit 0 ;; --version) echo virt-v2v-in-place 2.2.0; exit 0 ;; esac
    echo run >> ${site.path('conversions')}
    ${OVERLAYS}
    echo '[   0.1] Inspecting the source'
    ${before}
    echo '[   1.0] Converting Debian GNU/Linux 12 (bookworm) (debian12) to run on KVM'
    for overlay in $overlays; do qemu-io -f qcow2 -c "${WRITE} ${writtenMib}M" "$overlay" || exit 1; done
    echo 'virt-v2v-in-place: This guest has virtio drivers installed.'
    ${after}
    echo '[   2.0] Finishing off'`,
  );
}

/** What is said before the real qemu-img is run; `$1` is its command, `$disk` the index of its overlay. */
function qemuImg(script: string): void {
  const real = execFileSync('which', ['qemu-img'], { encoding: 'utf8' }).trim();
  const ofDisk = `disk=$(echo "\${@: -1}" | sed -n 's/.*disk\\([0-9]*\\)\\.qcow2/\\1/p')`;
  site.tool('qemu-img', `real=${real}; here=${site.dir}\n${ofDisk}\n${script}\nexec $real "$@"`);
}

function state(index: number): 'source' | 'converted' | 'between' {
  const bytes = site.bytes(index);
  if (sources[index]?.equals(bytes)) return 'source';
  return converted[index]?.equals(bytes) ? 'converted' : 'between';
}

const states = () => [state(0), state(1)];
const conversions = () => readFileSync(site.path('conversions'), 'utf8').trim().split('\n').length;
const journal = () => JSON.parse(readFileSync(`${site.scratch}/journal.json`, 'utf8')) as { state: string };

describe('a conversion', () => {
  test('goes to overlays first and then onto every disk, and says what it found', async () => {
    converter();
    const { exitCode, report, stdout } = await site.run();
    expect(exitCode).toBe(0);
    expect(report).toEqual({
      stage: 'Committing disk 2 of 2',
      converted: true,
      disks: 'converted',
      os: 'Debian GNU/Linux 12 (bookworm)',
      osinfo: 'debian12',
      firmware: 'bios',
      bootDisk: null,
      virtio: true,
      warnings: [],
      accelerator: 'tcg',
    });
    expect(states()).toEqual(['converted', 'converted']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { stage: 'Probing for KVM', accelerator: null },
      { stage: 'Inspecting the source', accelerator: 'tcg' },
      { stage: 'Converting Debian GNU/Linux 12 (bookworm) (debian12) to run on KVM', accelerator: 'tcg' },
      { stage: 'Finishing off', accelerator: 'tcg' },
      { stage: 'Committing disk 1 of 2', accelerator: 'tcg' },
      { stage: 'Committing disk 2 of 2', accelerator: 'tcg' },
    ]);
  });

  test('starts no commit for a disk that nothing was written to', async () => {
    converter({ before: "overlays=${overlays%%$'\\n'*}" });
    qemuImg('echo "$1" >> $here/calls');
    expect(await site.run()).toMatchObject({ exitCode: 0, report: { disks: 'converted' } });
    expect(states()).toEqual(['converted', 'source']);
    expect(readFileSync(site.path('calls'), 'utf8')).toBe('create\ncreate\ncommit\n');
  });

  test('that failed leaves the disks as they were, although it wrote', async () => {
    converter({
      after: `echo 'virt-v2v-in-place: error: no installed kernel packages were found.' >&2; exit 1`,
    });
    expect(await site.run()).toMatchObject({
      exitCode: 1,
      report: {
        converted: false,
        disks: 'untouched',
        reason: 'unsupported',
        error: 'no installed kernel packages were found.',
        stage: 'Converting Debian GNU/Linux 12 (bookworm) (debian12) to run on KVM',
      },
    });
    expect(states()).toEqual(['source', 'source']);
  });

  test('is not committed where Windows got no disk driver, although virt-v2v ends with success', async () => {
    const warning =
      'there are no virtio drivers available for this version of Windows (10.0 x86_64 Server win2k22).';
    converter({
      after: `echo 'virt-v2v-in-place: warning: ${warning}' >&2
              echo 'virt-v2v-in-place: This guest does not have virtio drivers installed.'`,
    });
    expect((await site.run()).report).toMatchObject({
      reason: 'driversMissing',
      error: warning,
      disks: 'untouched',
    });
    expect(states()).toEqual(['source', 'source']);
  });

  describe('of a guest that is to keep its network', () => {
    const CARD = { mac: '00:50:56:9a:00:01', pciSlot: 192, addresses: [], gateways: [], nameServers: [] };
    const kept = (system: string) =>
      writeFileSync(site.path('network.json'), JSON.stringify({ system, cards: [CARD], leftOut: 0 }));
    const INTERFACES = { '/etc/network/interfaces': 'iface ens192 inet dhcp\niface ens256 inet dhcp\n' };

    test('looks for names of cards before virt-v2v, which labels what is written', async () => {
      kept('other');
      const guest = makeGuest(site.dir, INTERFACES);
      site.tool('guestfish', `exec ${guest.program}`);
      converter({
        before: `test -e ${guest.root}/umounted && test -e ${guest.root}${RULES_FILE} || exit 9`,
        after: `echo 'virt-v2v-in-place: warning: the guest has no agent' >&2`,
      });
      const { report, stderr } = await site.run();
      expect(report).toMatchObject({
        disks: 'converted',
        warnings: [
          'the guest has no agent',
          'nothing shows which network card each of these names is, and files of the guest use them: ens256 (/etc/network/interfaces)',
        ],
      });
      expect(stderr).toContain(
        `network card ens192 of /etc/network/interfaces is bound to ${CARD.mac}: its PCI slot`,
      );
    });

    test('looks on the system that virt-v2v is to convert', async () => {
      kept('other');
      const guest = makeGuest(site.dir, INTERFACES);
      site.tool('guestfish', `exec ${guest.program} "$@"`);
      converter();
      const { report } = await site.run({ env: { DROVER_ROOT: '/dev/sdb2' } });
      expect(report).toMatchObject({ disks: 'converted' });
      expect(readFileSync(`${guest.root}/mounted`, 'utf8')).toContain('mount "/dev/sdb2" "/"');
    });

    test('converts it from clean overlays where that fails, and says so', async () => {
      kept('other');
      site.tool(
        'guestfish',
        `qemu-io -f qcow2 -c 'write -q -P 0x77 0 64k' ${site.overlay(0)}
         echo 'guestfish: no operating system was found on this disk' >&2; exit 1`,
      );
      converter();
      expect((await site.run()).report).toMatchObject({
        disks: 'converted',
        warnings: [
          'the names of network cards are not bound to them: guestfish: no operating system was found on this disk',
        ],
      });
      expect(states()).toEqual(['converted', 'converted']);
    });

    test('leaves the files of Windows to virt-v2v', async () => {
      kept('windows');
      site.tool('guestfish', `touch ${site.path('guestfish-ran')}; exit 1`);
      converter();
      expect((await site.run()).report).toMatchObject({ disks: 'converted', warnings: [] });
      expect(existsSync(site.path('guestfish-ran'))).toBe(false);
    });
  });

  test('says so when virt-v2v-in-place does not exist', async () => {
    const { report } = await site.run({ env: { DROVER_CONVERTER: site.path('absent') } });
    expect(report).toMatchObject({ reason: 'failed', disks: 'untouched' });
    expect(report?.error).toMatch(/could not be started/);
  });
});

describe('an attempt that is killed', () => {
  test('before the first commit left the disks as they were, and the next one begins anew', async () => {
    converter({ after: `touch ${site.path('wrote')}; sleep 600` });
    const first = site.start();
    await appears(site.path('wrote'));
    expect(await first.kill()).toMatchObject({ terminationMessage: '' });
    expect(states()).toEqual(['source', 'source']);
    expect(journal().state).toBe('converting');

    converter();
    expect(await site.resume()).toMatchObject({ exitCode: 0, report: { disks: 'converted' } });
    expect(states()).toEqual(['converted', 'converted']);
    expect(conversions()).toBe(2);
  });

  test('between two commits is finished by the next, which converts nothing again', async () => {
    converter();
    qemuImg('if [ $1 = commit ] && [ $disk = 1 ]; then touch $here/between; sleep 600; fi');
    const first = site.start();
    await appears(site.path('between'));
    await first.kill();
    expect(states()).toEqual(['converted', 'source']);

    site.removeTool('qemu-img');
    expect(await site.resume()).toMatchObject({
      exitCode: 0,
      report: { disks: 'converted', osinfo: 'debian12' },
    });
    expect(states()).toEqual(['converted', 'converted']);
    expect(conversions()).toBe(1);
  });

  test('in the middle of a commit is finished by the next', async () => {
    makeDisks({ writtenMib: 32 });
    converter();
    // qemu-img writes what a second is good for, and pauses.
    qemuImg('if [ $1 = commit ]; then shift; set -- commit -r 4M "$@"; fi');
    const first = site.start();
    await eventually(() => state(0) === 'between');
    await first.kill();
    expect(states()).toEqual(['between', 'source']);

    site.removeTool('qemu-img');
    expect(await site.resume()).toMatchObject({ exitCode: 0, report: { disks: 'converted' } });
    expect(states()).toEqual(['converted', 'converted']);
    expect(conversions()).toBe(1);
  });

  test('after a commit that the journal does not know yet makes the next commit it again', async () => {
    converter();
    qemuImg('if [ $1 = commit ]; then $real "$@"; touch $here/committed; sleep 600; fi');
    const first = site.start();
    await appears(site.path('committed'));
    await first.kill();
    expect(states()).toEqual(['converted', 'source']);

    site.removeTool('qemu-img');
    expect(await site.resume()).toMatchObject({ exitCode: 0, report: { disks: 'converted' } });
    expect(states()).toEqual(['converted', 'converted']);
  });

  test('after its end is told again by the next, which touches nothing', async () => {
    converter();
    const first = await site.run();
    // Whoever runs the guest meanwhile must not lose what it writes.
    converted[0]?.write('written by the guest', 0);
    writeFileSync(site.disk(0), converted[0] ?? '');
    const again = await site.resume();
    expect(again.report).toEqual({ ...first.report, stage: null });
    expect(states()).toEqual(['converted', 'converted']);
    expect(conversions()).toBe(1);
  });

  test('at any instant whatever leaves disks that the next attempt makes whole', async () => {
    converter();
    const whole = performance.now();
    await site.run();
    const length = performance.now() - whole;
    for (let kill = 0; kill < 12; kill++) {
      sources.forEach((content, index) => writeFileSync(site.disk(index), content));
      const env = { DROVER_CONVERSION_ID: `filling-${kill}` };
      rmSync(`${site.scratch}/journal.json`);
      const first = site.start({ env });
      await new Promise((resume) => setTimeout(resume, (length * (kill + 0.5)) / 12));
      await first.kill();
      const begun = existsSync(`${site.scratch}/journal.json`);
      const before = states();
      if (!begun || journal().state === 'converting') expect(before).toEqual(['source', 'source']);
      expect((await site.run({ env })).report).toMatchObject({ converted: true, disks: 'converted' });
      expect(states()).toEqual(['converted', 'converted']);
    }
  });
});

describe('a scratch volume', () => {
  test('without the journal that there must be makes the disks unknown, and touches none', async () => {
    converter();
    expect((await site.resume()).report).toMatchObject({
      reason: 'scratchLost',
      disks: 'unknown',
      converted: false,
    });
    expect(states()).toEqual(['source', 'source']);
    expect(existsSync(site.overlay(0))).toBe(false);
  });

  test.each([
    ['of another filling', '{"version":1,"id":"filling-0","state":"committing","committed":[]}', /filling-0/],
    ['of another version', '{"version":2,"id":"filling-1","state":"converting"}', /can't be read/],
    ['that is garbage', '{"version":1,"id":"fill', /can't be read/],
  ])('with a journal %s is refused', async (_, content, error) => {
    converter();
    writeFileSync(`${site.scratch}/journal.json`, content);
    const { report } = await site.run();
    expect(report).toMatchObject({ reason: 'scratchLost', disks: 'unknown' });
    expect(report?.error).toMatch(error);
    expect(states()).toEqual(['source', 'source']);
  });

  test('that lost an overlay after the first commit makes the disks unknown, and no further one is touched', async () => {
    converter();
    qemuImg('if [ $1 = commit ] && [ $disk = 1 ]; then touch $here/between; sleep 600; fi');
    const first = site.start();
    await appears(site.path('between'));
    await first.kill();
    site.removeTool('qemu-img');
    rmSync(site.overlay(1));
    expect((await site.resume()).report).toMatchObject({ reason: 'scratchLost', disks: 'unknown' });
    expect(states()).toEqual(['converted', 'source']);
  });

  test('that fills up ends the conversion, which would otherwise wait for ever', async () => {
    converter({ before: `fallocate -l 20M ${site.scratch}/log; trap '' TERM; sleep 600` });
    expect((await site.run({ scratchBytes: 48 * MIB })).report).toMatchObject({
      reason: 'scratchFull',
      disks: 'untouched',
      stage: 'Inspecting the source',
    });
    expect(states()).toEqual(['source', 'source']);
  });

  test('that has no room at all is full before anything is converted', async () => {
    converter();
    expect((await site.run({ scratchBytes: 4096 })).report).toMatchObject({
      reason: 'scratchFull',
      disks: 'untouched',
    });
    expect(states()).toEqual(['source', 'source']);
  });
});

describe('SIGTERM', () => {
  test('before the first commit ends everything and leaves the disks untouched', async () => {
    converter({ after: `touch ${site.path('wrote')}; trap '' TERM; (trap '' TERM; sleep 600) & sleep 600` });
    const running = site.start();
    await appears(site.path('wrote'));
    await running.terminate();
    expect(await running.ended).toMatchObject({
      exitCode: 1,
      report: { reason: 'stopped', disks: 'untouched' },
    });
    expect(states()).toEqual(['source', 'source']);
  });

  test('while it commits is not heeded: whole disks are the nearest', async () => {
    converter();
    qemuImg('if [ $1 = commit ] && [ $disk = 0 ]; then touch $here/committing; sleep 0.5; fi');
    const running = site.start();
    await appears(site.path('committing'));
    await running.terminate();
    expect(await running.ended).toMatchObject({ exitCode: 0, report: { disks: 'converted' } });
    expect(states()).toEqual(['converted', 'converted']);
  });
});

describe('a converter that misbehaves', () => {
  test('by leaving a child that writes on is waited for', async () => {
    const [first] = converted;
    first?.fill(0x77, 0, MIB);
    converter({
      after: `(sleep 1; qemu-io -f qcow2 -c "write -q -P 0x77 0 1M" "$(echo "$overlays" | head -1)") &`,
    });
    expect((await site.run()).report).toMatchObject({ converted: true });
    expect(states()).toEqual(['converted', 'converted']);
  });

  test('by leaving a process outside its group that holds an overlay is not committed', async () => {
    converter({ after: `setsid sleep 600 3<>${site.overlay(1)} > /dev/null 2>&1 &\nsleep 0.2` });
    const { report } = await site.run();
    expect(report).toMatchObject({ reason: 'failed', disks: 'untouched' });
    expect(report?.error).toMatch(/still has an overlay open/);
    expect(states()).toEqual(['source', 'source']);
  });

  test('by printing garbage, endless lines and warnings still gets last words that fit', async () => {
    converter({
      after: `
        head -c 10M /dev/zero | tr '\\0' x; echo
        head -c 1M /dev/urandom; echo
        for n in $(seq 300); do echo "virt-v2v-in-place: warning: $n $(head -c 3000 /dev/zero | tr '\\0' '\\1')"; done >&2
        echo "[ 3.0] $(head -c 9000 /dev/zero | tr '\\0' '"')"
        echo "virt-v2v-in-place: error: $(head -c 20000 /dev/zero | tr '\\0' '\\\\')" >&2
        exit 1`,
    });
    const { terminationMessage, report } = await site.run();
    expect(Buffer.byteLength(terminationMessage)).toBeLessThanOrEqual(4096);
    expect(report).toMatchObject({ converted: false, reason: 'failed', disks: 'untouched' });
    expect(report?.error).toMatch(/^\\+…$/);
  });
});

test('the probe tells what this image can do here, and touches nothing', async () => {
  converter();
  const { exitCode, terminationMessage } = await site.run({ args: ['probe'], env: { VIRTIO_WIN: site.dir } });
  expect(exitCode).toBe(0);
  expect(JSON.parse(terminationMessage)).toEqual({
    virtioWin: true,
    converter: 'virt-v2v-in-place 2.2.0',
    accelerator: 'tcg',
  });
  expect(existsSync(site.path('conversions'))).toBe(false);
});

test('without the file for last words the report is printed, and the exit code stays that of the work', async () => {
  converter();
  const right = await site.run({ withoutTerminationFile: true });
  expect(right).toMatchObject({ exitCode: 0, report: null });
  expect(right.stderr).toMatch(
    /the report can't be written to \/proc\/termination-log \(ENOENT\)[^]*"converted":true/,
  );
  expect(right.stderr).not.toContain('    at ');

  site.setDisks(sources);
  converter({ after: "echo 'virt-v2v-in-place: error: no root device' >&2; exit 1" });
  const wrong = await site.run({ withoutTerminationFile: true, env: { DROVER_CONVERSION_ID: 'filling-2' } });
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stderr).toMatch(/here it is:\n.*"converted":false/);
});

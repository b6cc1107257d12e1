/** Scripts of a plan on a guest that was converted; virt-customize is a script here, as virt-v2v is. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { type Ended, ConversionSite } from './entrypoint';

const MIB = 1024 * 1024;
const DEBIAN = 'Debian GNU/Linux 12 (bookworm) (debian12)';
const WINDOWS = 'Windows Server 2022 Standard (win2k22)';

let site: ConversionSite;
let source: Buffer;
beforeEach(() => {
  site = new ConversionSite();
  source = randomBytes(4 * MIB);
  site.setDisks([source]);
});
afterEach(() => site.remove());

/** As the kubelet mounts a ConfigMap: links over a folder that it swaps at once. */
function mount(...names: string[]): void {
  const folder = site.path('scripts');
  mkdirSync(join(folder, '..2026'), { recursive: true });
  symlinkSync('..2026', join(folder, '..data'));
  for (const name of names) {
    writeFileSync(join(folder, '..2026', name), `text of ${name}`);
    symlinkSync(join('..data', name), join(folder, name));
  }
}

function convert(system: string, customizer: string): Promise<Ended> {
  const overlay = site.overlay(0);
  const write = (mib: number) => `qemu-io -f qcow2 -c "write -q -P 0x5a ${mib}M 1M" ${overlay}`;
  site.tool(
    'virt-v2v-in-place',
    `case $1 in --help) exit 0 ;; esac
    echo '[   1.0] Converting ${system} to run on KVM'
    ${write(1)}
    echo 'virt-v2v-in-place: This guest has virtio drivers installed.'`,
  );
  site.tool(
    'virt-customize',
    `printf '%s\\n' "$@" > ${site.path('arguments')}; ${write(2)}
    ${customizer}`,
  );
  return site.run();
}

const given = () => readFileSync(site.path('arguments'), 'utf8').trim().split('\n');
const at = (mib: number) => site.bytes(0)[mib * MIB];

test('scripts for Linux are run and laid down in the order of their names, and go to the disk with the conversion', async () => {
  mount(
    '20_linux_run_b.sh',
    '10_linux_firstboot_a.sh',
    '9_linux_run.sh',
    '10_win_firstboot_x.ps1',
    'README.md',
  );
  mkdirSync(site.path('keys'));
  writeFileSync(site.path('keys/root'), 'open sesame');
  const { report, stdout, stderr } = await convert(DEBIAN, 'echo hello from a script');
  expect(given()).toEqual([
    ...['--format', 'qcow2', '--add', site.overlay(0), '--key', `all:file:${site.path('keys/root')}`],
    ...['--firstboot', site.path('scripts/10_linux_firstboot_a.sh')],
    ...['--run', site.path('scripts/20_linux_run_b.sh')],
    ...['--run', site.path('scripts/9_linux_run.sh')],
  ]);
  expect(report).toMatchObject({ converted: true, disks: 'converted' });
  expect([at(1), at(2)]).toEqual([0x5a, 0x5a]);
  expect(stdout).toContain('{"stage":"Customizing the guest"');
  expect(stderr).toContain('hello from a script');
});

test('scripts for Windows are laid down where virt-v2v has its own, with a file that starts them in their order', async () => {
  mount('20_win_firstboot_b.ps1', '10_win_firstboot_a.ps1', '10_linux_run_x.sh');
  const keep = `for a; do case $a in *.bat:*) cp "\${a%%:*}" ${site.path('starter')} ;; esac; done`;
  const { report } = await convert(WINDOWS, keep);
  expect(report).toMatchObject({ converted: true });
  const folder = '/Program Files/Guestfs/Firstboot/scripts';
  expect(given().filter((argument) => argument.includes(`:${folder}/`))).toEqual([
    `${site.path('scripts')}/10_win_firstboot_a.ps1:${folder}/10_win_firstboot_a.ps1`,
    `${site.path('scripts')}/20_win_firstboot_b.ps1:${folder}/20_win_firstboot_b.ps1`,
    expect.stringMatching(/:\/Program Files\/Guestfs\/Firstboot\/scripts\/9999-drover-scripts\.bat$/),
  ]);
  expect(readFileSync(site.path('starter'), 'utf8').split('\r\n')).toEqual([
    '@echo off',
    String.raw`powershell.exe -NoProfile -ExecutionPolicy Bypass -File "%~dp0..\scripts\10_win_firstboot_a.ps1"`,
    String.raw`powershell.exe -NoProfile -ExecutionPolicy Bypass -File "%~dp0..\scripts\20_win_firstboot_b.ps1"`,
    '',
  ]);
});

test('where no script is for the system that was converted, virt-customize does not run', async () => {
  mount('10_win_firstboot_a.ps1');
  expect((await convert(DEBIAN, 'exit 1')).report).toMatchObject({ converted: true });
  expect([at(1), at(2)]).toEqual([0x5a, source[2 * MIB]]);
});

describe('the conversion fails, with its disks as they were copied,', () => {
  afterEach(() => expect(site.bytes(0).equals(source)).toBe(true));

  test('if a script fails, and says which', async () => {
    mount('10_linux_run_a.sh');
    const said = `echo 'virt-customize: error: 10_linux_run_a.sh: command exited with an error' >&2; exit 1`;
    expect((await convert(DEBIAN, said)).report).toMatchObject({
      converted: false,
      disks: 'untouched',
      reason: 'customization',
      error: '10_linux_run_a.sh: command exited with an error',
    });
  });

  test('if what a script says would steer a terminal, without that', async () => {
    mount('10_linux_run_a.sh');
    const said = String.raw`printf 'virt-customize: error: \033]0;x\007\n'; exit 1`;
    expect((await convert(DEBIAN, said)).report?.error).toBe('\ufffd]0;x\ufffd');
  });

  test('if virt-customize is killed', async () => {
    mount('10_linux_run_a.sh');
    const { report } = await convert(DEBIAN, 'kill -9 $$');
    expect(report).toMatchObject({ reason: 'customization', error: 'virt-customize was killed' });
  });
});

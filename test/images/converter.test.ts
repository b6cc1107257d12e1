import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConverter } from '../../images/conversion/converter';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-converter-'));
  mkdirSync(join(dir, 'tmp'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A program that answers `--help` with these options and then does as told: a real process. */
async function run(script: string, help = '', { more = [] as string[], root = 'single' } = {}) {
  const program = join(dir, 'virt-v2v-in-place');
  writeFileSync(program, `#!/bin/sh\nif [ "$1" = --help ]; then echo '${help}'; exit 0; fi\n${script}\n`);
  chmodSync(program, 0o755);
  const lines: string[] = [];
  const end = await runConverter({
    program,
    domainFile: join(dir, 'domain.xml'),
    more,
    root,
    temporary: join(dir, 'tmp'),
    accelerator: 'tcg',
    onStage: () => undefined,
    onLine: (line) => lines.push(line),
    signal: new AbortController().signal,
  });
  return { ...end, lines };
}

test('asks for an inspection only where the program knows how, and reads it', async () => {
  const writes = `while [ $# -gt 0 ]; do [ "$1" = -O ] && echo '<osinfo>debian12</osinfo>' > "$2"; shift; done`;
  expect((await run(writes, '  -O <output.xml>  Set the output filename')).inspection?.osinfo).toBe(
    'debian12',
  );
  const old = await run(`for a; do [ "$a" = -O ] && exit 9; done; exit 0`, '  -i <disk|libvirtxml>');
  expect(old).toMatchObject({ code: 0, inspection: null });
});

test('starts the appliance itself, under the accelerator that was chosen', async () => {
  const { lines } = await run('echo "$LIBGUESTFS_BACKEND $LIBGUESTFS_BACKEND_SETTINGS $*"');
  expect(lines).toEqual([`direct force_tcg -i libvirtxml --root single ${dir}/domain.xml`]);
});

test('hands on what is to be set on the cards of the guest', async () => {
  const more = ['--mac', '00:50:56:00:00:01:ip:192.0.2.10,192.0.2.1,24'];
  const { lines } = await run('echo "$*"', '', { more });
  expect(lines).toEqual([`-i libvirtxml --root single ${more.join(' ')} ${dir}/domain.xml`]);
});

test('converts the system on the partition that is named', async () => {
  const { lines } = await run('echo "$*"', '', { root: '/dev/sdb2' });
  expect(lines).toEqual([`-i libvirtxml --root /dev/sdb2 ${dir}/domain.xml`]);
});

test('leaves no temporary files, whatever the program left', async () => {
  await run('mktemp -d; echo > "$XDG_RUNTIME_DIR/socket"; exit 1');
  expect(readdirSync(join(dir, 'tmp'))).toEqual([]);
});

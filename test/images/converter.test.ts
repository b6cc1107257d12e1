import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convert, type ConverterOptions } from '../../images/conversion/converter';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'drover-converter-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A program that answers `--help` with these options and then does as told: a real process. */
function program(script: string, help = ''): string {
  const file = join(dir, 'virt-v2v-in-place');
  writeFileSync(
    file,
    `#!/bin/sh\nif [ "$1" = --help ]; then printf '%s\\n' "${help}"; exit 0; fi\n${script}\n`,
  );
  chmodSync(file, 0o755);
  return file;
}

function options(over: Partial<ConverterOptions> & { program: string }): ConverterOptions {
  return {
    domainFile: join(dir, 'domain.xml'),
    inspectionFile: join(dir, 'inspection.xml'),
    onStage: () => undefined,
    onLine: () => undefined,
    signal: new AbortController().signal,
    graceMs: 200,
    ...over,
  };
}

describe('running virt-v2v-in-place', () => {
  it('reports stages as they come and converted after exit code 0', async () => {
    const stages: string[] = [];
    const outcome = await convert(
      options({
        program: program(
          `echo '[ 0.1] Opening the source'; echo 'virt-v2v-in-place: warning: odd fstab' >&2; echo '[ 1.0] Finishing off'`,
        ),
        onStage: (stage) => stages.push(stage),
      }),
    );
    expect(stages).toEqual(['Opening the source', 'Finishing off']);
    expect(outcome).toEqual({
      stage: 'Finishing off',
      converted: true,
      os: null,
      bootDisk: null,
      warnings: ['odd fstab'],
    });
  });

  it("asks for an inspection only where the program knows how, and takes the guest's name from it", async () => {
    const writesInspection = `while [ $# -gt 0 ]; do [ "$1" = -O ] && echo '<product_name>Debian 12</product_name>' > "$2"; shift; done`;
    const modern = await convert(options({ program: program(writesInspection, ' -O output.xml') }));
    expect(modern.os).toBe('Debian 12');
    const old = await convert(
      options({ program: program(`for a; do [ "$a" = -O ] && exit 9; done; exit 0`) }),
    );
    expect(old).toMatchObject({ converted: true, os: null });
  });

  it("keeps virt-v2v's own error line and never calls a failure converted", async () => {
    const outcome = await convert(
      options({ program: program(`echo 'virt-v2v-in-place: error: no operating system' >&2; exit 1`) }),
    );
    expect(outcome).toMatchObject({ converted: false, error: 'no operating system' });
  });

  it('says so when the program does not exist', async () => {
    const outcome = await convert(options({ program: join(dir, 'absent') }));
    expect(outcome.converted).toBe(false);
    expect(outcome.error).toMatch(/could not be started/);
  });

  it('when stopped, ends only after every process of the group is gone', async () => {
    const stopping = new AbortController();
    const pidFile = join(dir, 'child.pid');
    const script = `trap '' TERM; (trap '' TERM; sh -c 'echo $$ > ${pidFile}; exec sleep 60') & echo '[ 0.1] Converting'; wait; sleep 60`;
    const outcome = await convert(
      options({
        program: program(script),
        signal: stopping.signal,
        onStage: () => setTimeout(() => stopping.abort(), 200),
      }),
    );
    expect(outcome).toMatchObject({ converted: false, error: 'the conversion was stopped' });
    const child = Number(readFileSync(pidFile, 'utf8'));
    expect(() => process.kill(child, 0)).toThrow(/ESRCH/);
  });
});

import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFiles } from '../../client/read-files';
import { lineOf, planFile, planText } from './plan-file';
import { drover } from './recording-io';

const folder = mkdtempSync(join(tmpdir(), 'drover-files-'));
const inFolder = (name: string) => join(folder, name);
const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

function namedPipe(name: string): string {
  execFileSync('mkfifo', [inFolder(name)]);
  return inFolder(name);
}

test('files are read in their order', async () => {
  writeFileSync(inFolder('a.yaml'), 'kind: A');
  writeFileSync(inFolder('b.yaml'), 'kind: B');
  const read = await readFiles([inFolder('b.yaml'), inFolder('a.yaml')], 100);
  expect(read.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['kind: B', 'kind: A']);
});

test('a pipe is read to its end', async () => {
  const pipe = namedPipe('pipe');
  createWriteStream(pipe).end('kind: A');
  expect(Buffer.from((await readFiles([pipe], 100))[0]?.bytes ?? []).toString()).toBe('kind: A');
});

test('a file without end is left after the bound', async () => {
  await expect(readFiles(['/dev/zero'], 2 ** 20)).rejects.toThrow('/dev/zero is too large');
});

test('the bound is for all files together', async () => {
  const [one, other] = [inFolder('one'), inFolder('other')];
  for (const file of [one, other]) writeFileSync(file, 'x'.repeat(60));
  await expect(readFiles([one, other], 100)).rejects.toThrow(`${other} is too large`);
  expect(await readFiles([one, other], 120)).toHaveLength(2);
});

describe('drover plan check with an output for pipelines or people', () => {
  const wrong = planText('wave-1', ['web-1']).replace('    - name: web-1', '    - nmae: web-1');
  const checked = (text: string, output: string) =>
    drover(nowhere, 'plan', 'check', '-o', output, '-f', planFile(text));

  test('says which field is wrong as a failed test', async () => {
    const { code, stdout, stderr } = await checked(wrong, 'junit');
    expect(code).toBe(2);
    expect(stdout).toContain("<testsuite name='openshift-mtv/wave-1' tests='2' failures='2'");
    expect(stdout).toMatch(
      /<failure type='error' message='error: spec.vms\[0\] has no field &quot;nmae&quot;/,
    );
    expect(stdout).toContain(`:${lineOf(wrong, 'nmae')}: spec.vms[0].nmae`);
    expect(stderr).toContain('has no field "nmae"');
  });

  test.each([
    ['a field', wrong, 'openshift-mtv/wave-1', 'has no field'],
    ['YAML', 'kind: Plan\n  x: [', 'a plan without a name', 'this is no YAML'],
  ])('says that the plan is refused on a page, if it is for its %s', async (_, text, title, words) => {
    const { code, stdout } = await checked(text, 'html');
    expect(code).toBe(2);
    for (const part of [title, 'refused', words]) expect(stdout).toContain(part);
  });

  test('prints no table and no JSON of it', async () => {
    for (const output of ['table', 'json'])
      expect(await checked(wrong, output)).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('drover plan check', () => {
  async function refusal(...files: string[]) {
    const { code, stdout, stderr } = await drover(
      nowhere,
      'plan',
      'check',
      ...files.flatMap((file) => ['-f', file]),
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return stderr;
  }

  test('refuses a file of 55 MB without reading it to its end', async () => {
    const file = inFolder('large.yaml');
    writeFileSync(file, planText('wave-1', ['web-1']));
    truncateSync(file, 55_000_000);
    expect(await refusal(file)).toBe(
      `drover: ${file} is too large: all files together may have at most 8 MiB; ` +
        'leave out what Drover does not read, as status\n',
    );
  });

  test.each([
    ['a folder', folder, "can't be read (it is a directory)"],
    ['a file in a file', '/etc/passwd/plan.yaml', "can't be read (no such file)"],
    ['an empty name', '', 'the value of -f is empty; give one'],
  ])('says of %s in one line what it is', async (_, file, words) => {
    const stderr = await refusal(file);
    expect(stderr).toContain(words);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('refuses a file that is named twice, however it is written', async () => {
    const file = planFile(planText('wave-1', ['web-1']));
    const again = file.replace('/plan.yaml', '/./plan.yaml');
    expect(await refusal(file, again)).toBe(`drover: ${again} is named twice; name it once\n`);
  });

  test('names a file that is no UTF-8, and its line', async () => {
    const text = planText('wave-1', ['Z\u00fcrich']);
    const file = planFile('');
    writeFileSync(file, Buffer.from(text, 'latin1'));
    expect(await refusal(file)).toBe(
      `drover: ${file}:${lineOf(text, 'Z\u00fcrich')}: this line is no UTF-8; save it as UTF-8\n`,
    );
  });

  test('shows a hundred problems with their lines, and counts the others', async () => {
    const text = planText('wave-1', []).replace('  vms:\n', `  vms:\n${'    - nmae: web\n'.repeat(1_500)}`);
    const lines = (await refusal(planFile(text))).trimEnd().split('\n');
    expect(lines).toHaveLength(100);
    expect(lines[0]).toContain(`:${lineOf(text, 'nmae')}: spec.vms[0].nmae: spec.vms[0] has no field "nmae"`);
    expect(lines.at(-1)).toBe('2901 more problems were found; mend these first');
  });
});

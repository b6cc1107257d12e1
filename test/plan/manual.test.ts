import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { fieldNotes } from '../../plan/manifests/fields';
import { droverSettingsSchema } from '../../plan/manifests/drover-settings';
import { planSchema } from '../../plan/manifests/plan';
import { planVmSchema } from '../../plan/manifests/plan-vm';
import * as limits from '../../plan/limits';
import { readManifests } from '../../plan/read-manifests';
import { validateManifests } from '../../plan/validate-manifests';

const manual = readFileSync(join(__dirname, '../../docs/manifests.md'), 'utf8');

test('the example of the manual is sound as it stands', () => {
  const [, text = ''] = /```yaml\n([^]*?)```/.exec(manual) ?? [];
  const read = readManifests([{ file: 'manual', text }]);
  const { problems, set } = validateManifests(read.manifests);
  expect([...read.problems, ...problems]).toEqual([]);
  expect(set?.plan.spec.vms).toHaveLength(2);
});

test('the manual names every setting of spec.drover with its true default', () => {
  const [, section = ''] = /### `spec.drover`\n([^]*?)\n## /.exec(manual) ?? [];
  const rows = [...section.matchAll(/^\| `(\w+)` \| `([^`]+)` \|/gm)];
  expect(rows.map(([, field]) => field).sort()).toEqual(Object.keys(droverSettingsSchema.shape).sort());
  const written = Object.fromEntries(rows.map(([, field, value = '']) => [field, parse(value) as unknown]));
  expect(droverSettingsSchema.parse(written)).toEqual(droverSettingsSchema.parse({}));
});

const unhonoured = {
  ...fieldNotes(planSchema.shape.spec).notHonoured,
  ...fieldNotes(planVmSchema).notHonoured,
};
const OF_OTHER_SOURCES = ['namespace', 'type', 'vlan'];

test.each(Object.keys(unhonoured).filter((field) => !OF_OTHER_SOURCES.includes(field)))(
  'the manual says that %s is not honoured',
  (field) => {
    const [, section = ''] = /## What is refused\n([^]*)/.exec(manual) ?? [];
    expect(section).toMatch(new RegExp(`\`${field}(: \\w+)?\``));
  },
);

test('the manual names every bound of manifests as it is', () => {
  const [, section = ''] = /### How much\n([^]*?)\n## /.exec(manual) ?? [];
  const { MOST_FILE_BYTES, MOST_PROBLEMS, MOST_PROBLEMS_SHOWN, ...counts } = limits;
  expect(section).toContain(`| ${MOST_FILE_BYTES / 2 ** 20} MiB |`);
  for (const count of Object.values(counts)) expect(section).toContain(count.toLocaleString('en-US'));
  expect([MOST_PROBLEMS_SHOWN, MOST_PROBLEMS]).toEqual([100, 1_000]);
});

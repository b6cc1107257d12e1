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
import { documents, type Parts } from './example';

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

describe('a bound of spec.drover holds as the manual has it:', () => {
  const [, settings = ''] = /### `spec.drover`\n([^]*?)\n## /.exec(manual) ?? [];
  const rows = [...settings.matchAll(/^\| `((?:verify\.)?\w+)` \| [^|]+ \| ([^|]*\d[^|]*) \|/gm)];

  test.each(rows.map(([, field = '', bounds = '']) => [field, bounds] as const))('%s %s', (field, bounds) => {
    const { least, most } = readBounds(bounds);
    for (const { right, wrong } of least === null ? [most] : [least, most]) {
      expect(droverSettingsSchema.safeParse(nested(field, right)).error).toBeUndefined();
      expect(droverSettingsSchema.safeParse(nested(field, wrong)).success).toBe(false);
    }
  });

  test('every number and every duration has one', () => {
    const { verify, ...defaults } = droverSettingsSchema.parse({});
    const { by, pattern, ...proof } = verify;
    const of = (group: object, prefix = '') =>
      Object.entries(group).flatMap(([field, value]) => (typeof value === 'number' ? [prefix + field] : []));
    const texts = ['stallDeadline', 'finalizeAfter', 'verify.pattern'];
    const bounded = [...of(defaults), ...of(proof, 'verify.'), ...texts];
    expect({ by, bounded: rows.map(([, field]) => field).sort() }).toEqual({ by, bounded: bounded.sort() });
    expect(pattern).toEqual(expect.any(String));
  });
});

interface Edge {
  right: unknown;
  wrong: unknown;
}

/** `1 to 200`, `at most 20d`, `at most 1000 characters`: the last that is right, and the first that is not. */
function readBounds(text: string): { least: Edge | null; most: Edge } {
  const [, least, most] = /^(\d+) to (\d+)$/.exec(text) ?? [];
  if (least !== undefined && most !== undefined) {
    const [low, high] = [Number(least), Number(most)];
    return { least: { right: low, wrong: low - 1 }, most: { right: high, wrong: high + 1 } };
  }
  const [, days] = /^at most `(\d+)d`$/.exec(text) ?? [];
  if (days !== undefined)
    return { least: null, most: { right: `${days}d`, wrong: `${Number(days) * 24 + 1}h` } };
  const [, characters] = /^at most (\d+) characters$/.exec(text) ?? [];
  const length = Number(characters);
  return { least: null, most: { right: 'a'.repeat(length), wrong: 'a'.repeat(length + 1) } };
}

function nested(field: string, value: unknown): object {
  return field.startsWith('verify.')
    ? { verify: { [field.slice('verify.'.length)]: value } }
    : { [field]: value };
}

/** Rows of the table of bounds, by their first column, each with the manifests that are as large as `size`. */
const SIZED: Record<string, { most: number; parts: (size: number) => Parts }> = {
  'entries of a map': { most: 500, parts: (size) => ({ networkMap: { map: times(size, pod) } }) },
  '`targetLabels`, `targetNodeSelector`, `convertorLabels`, `convertorNodeSelector`': {
    most: 64,
    parts: (size) => ({
      plan: {
        targetLabels: record(size),
        targetNodeSelector: record(size),
        convertorLabels: record(size),
        convertorNodeSelector: record(size),
      },
    }),
  },
  '`conversionTempStorageSize`': {
    most: 64,
    parts: (size) => ({ plan: { conversionTempStorageSize: `${size}Ti` } }),
  },
  '`drover.preferences`': {
    most: 500,
    parts: (size) => ({ plan: { drover: { preferences: record(size) } } }),
  },
  '`offloadPlugin.vars`': { most: 32, parts: (size) => ({ storageMap: { map: [plugin(record(size))] } }) },
  '`id` of a VM, datastore or network': {
    most: 255,
    parts: (size) => ({ plan: { vms: [{ id: 'v'.repeat(size) }] } }),
  },
  '`name` of a VM, datastore or network': {
    most: 1024,
    parts: (size) => ({ plan: { vms: [{ name: 'v'.repeat(size) }] } }),
  },
  '`pvcNameTemplate`, `volumeNameTemplate`, `networkNameTemplate`': {
    most: 1000,
    parts: (size) => ({ plan: { pvcNameTemplate: 'a'.repeat(size) } }),
  },
  '`description`': { most: 4096, parts: (size) => ({ plan: { description: 'd'.repeat(size) } }) },
};

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function record(size: number): Record<string, string> {
  return Object.fromEntries(times(size, (i) => [`n${i}`, 'v']));
}

function pod(index: number): object {
  return { source: { id: `network-${index}` }, destination: { type: 'pod' } };
}

function plugin(vars: Record<string, string>): object {
  return {
    source: { name: 'san-1' },
    destination: { offloadPlugin: { image: 'registry.example.com/o:1', vars } },
  };
}

describe('what the manual calls too large is refused, and what it does not is taken:', () => {
  const [, section = ''] = /\n## How large a field may be\n([^]*?)\n## /.exec(manual) ?? [];
  const rows = [...section.matchAll(/^\| ([^|]+) \| (\d+)([^|]*) \|$/gm)];
  // Not of the manifests, but of the VMs: see resolve.test.ts.
  const ofVms = ['disks of a VM', 'network cards of a VM'];

  test.each(Object.entries(SIZED))('%s', (row, { most, parts }) => {
    expect(rows.find(([, what]) => what === row)?.[2]).toBe(String(most));
    expect(validateManifests(documents(parts(most))).problems).toEqual([]);
    const { set, problems } = validateManifests(documents(parts(most + 1)));
    expect(set).toBeNull();
    expect(problems[0]?.remedy).toMatch(new RegExp(`^give at most ${most}`));
  });

  test('no row is left out', () => {
    expect(rows.map(([, what]) => what).sort()).toEqual([...Object.keys(SIZED), ...ofVms].sort());
  });

  test('variables whose names and values are too long together are refused', () => {
    const withVars = (length: number) =>
      documents({ storageMap: { map: [plugin({ A: 'v'.repeat(length) })] } });
    expect(section).toContain('4096 characters, names and values together');
    expect(validateManifests(withVars(4095)).problems).toEqual([]);
    expect(validateManifests(withVars(4096)).problems[0]?.remedy).toBe(
      'give at most 4096 characters, names and values together',
    );
  });
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

import {
  authorityName,
  vddkConfigName,
  baseName,
  BASE_NAME_LIMIT,
  binderName,
  conversionJobName,
  copyId,
  deriveTargetName,
  isDnsLabel,
  loginSecretName,
  pluginJobName,
  tellApart,
  volumeName,
  type NameOwner,
} from '../../plan/names';

function owner(changes: Partial<NameOwner> = {}): NameOwner {
  return {
    plan: { namespace: 'mtv', name: 'wave-1' },
    vcenterUuid: 'c4e5f0a1-0000-4000-8000-000000000001',
    moref: 'vm-42',
    targetName: 'web01',
    ...changes,
  };
}

/** Pseudo-random, the same in every run. */
function* randomTexts(count: number, alphabet: string): Generator<string> {
  const letters = [...alphabet];
  let state = 12345;
  const next = (limit: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state % limit;
  };
  for (let i = 0; i < count; i++) {
    yield Array.from({ length: next(90) }, () => letters[next(letters.length)]).join('');
  }
}

const HOSTILE = 'abzABZ019-_. /\\:@%+*()[]{}\'"äÉß中🦙\n\t\0';

test('names are the same in every process: these are fixed for ever', () => {
  expect(baseName(owner())).toBe('wave-1-web01-9zwg0cnn');
  expect(tellApart('web', 'vm-42')).toBe('web-5e7apvj1');
});

test('whatever plan and VM are called, the base name is a short DNS label', () => {
  for (const text of randomTexts(800, HOSTILE)) {
    const base = baseName(owner({ plan: { namespace: 'mtv', name: text }, targetName: text }));
    expect(isDnsLabel(base)).toBe(true);
    expect(base.length).toBeLessThanOrEqual(BASE_NAME_LIMIT);
  }
});

test('every derived name stays a DNS label for the longest base name', () => {
  const base = baseName(
    owner({ plan: { namespace: 'mtv', name: 'p'.repeat(63) }, targetName: 'v'.repeat(63) }),
  );
  expect(base).toHaveLength(BASE_NAME_LIMIT);
  const names = [
    volumeName(base, 999),
    binderName(base),
    loginSecretName(base, 999),
    authorityName(base),
    vddkConfigName(base),
    pluginJobName(base, 999, 999_999),
    conversionJobName(base, 999_999),
    copyId({ baseName: base }, 2_147_483_647, 'a-run-id'),
  ];
  for (const name of names) expect([name, isDnsLabel(name)]).toEqual([name, true]);
  expect(new Set(names).size).toBe(names.length);
});

test('VMs and plans whose names are cut to the same parts have no name in common, nor have their disks', () => {
  const long = (end: string) => `${'very-long-name-of-a-virtual-machine-'.repeat(2)}${end}`;
  const owners = [
    owner({ targetName: long('a') }),
    owner({ targetName: long('b'), moref: 'vm-43' }),
    owner({ targetName: long('a'), plan: { namespace: 'mtv', name: long('x') } }),
    owner({ targetName: long('a'), plan: { namespace: 'mtv', name: long('y') } }),
    owner({ targetName: long('a'), plan: { namespace: 'other', name: 'wave-1' } }),
    owner({ targetName: long('a'), vcenterUuid: 'c4e5f0a1-0000-4000-8000-000000000002' }),
  ];
  const names = owners
    .map(baseName)
    .flatMap((base) => [
      ...Array.from({ length: 300 }, (_, index) => [
        volumeName(base, index),
        loginSecretName(base, index),
      ]).flat(),
      ...Array.from({ length: 300 }, (_, attempt) => [
        pluginJobName(base, 1, attempt),
        pluginJobName(base, 11, attempt),
      ]).flat(),
      binderName(base),
      authorityName(base),
      vddkConfigName(base),
      conversionJobName(base, 1),
    ]);
  expect(new Set(names).size).toBe(names.length);
});

test('derived names say what they are for', () => {
  expect(volumeName('base', 0)).toBe('base-disk-0');
  expect(binderName('base')).toBe('base-binder');
  expect(loginSecretName('base', 3)).toBe('base-d3-login');
  expect(authorityName('base')).toBe('base-vcenter-ca');
  expect(vddkConfigName('base')).toBe('base-vddk');
  expect(pluginJobName('base', 2, 1)).toBe('base-d2-copy-1');
  expect(conversionJobName('base', 3)).toBe('base-convert-3');
});

test('plan, namespace, vCenter and VM each change the base name', () => {
  const all = [
    owner(),
    owner({ plan: { namespace: 'other', name: 'wave-1' } }),
    owner({ plan: { namespace: 'mtv', name: 'wave-2' } }),
    owner({ vcenterUuid: 'c4e5f0a1-0000-4000-8000-000000000002' }),
    owner({ moref: 'vm-43' }),
  ].map(baseName);
  expect(new Set(all).size).toBe(all.length);
});

test('parts that meet at another place give another name', () => {
  const one = baseName(owner({ plan: { namespace: 'ab', name: 'c' } }));
  const two = baseName(owner({ plan: { namespace: 'a', name: 'bc' } }));
  expect(one.slice(-8)).not.toBe(two.slice(-8));
});

test('ten thousand VMs whose names are cut to the same letters still get names of their own', () => {
  const names = Array.from({ length: 10_000 }, (_, i) =>
    baseName(owner({ moref: `vm-${i}`, targetName: `a-very-long-name-of-a-server-${i}` })),
  );
  expect(new Set(names).size).toBe(names.length);
});

test('a VM without a fit name gets one made from its own', () => {
  expect(deriveTargetName({ name: 'Web Server_01', moref: 'vm-1' })).toBe('web-server-01');
  expect(deriveTargetName({ name: '--Größe/é (alt)--', moref: 'vm-1' })).toBe('gro-e-e-alt');
  expect(deriveTargetName({ name: 'x'.repeat(80), moref: 'vm-1' })).toBe('x'.repeat(63));
});

test('a VM whose name has nothing to keep is named for its moref, so that two differ', () => {
  const one = deriveTargetName({ name: '仮想', moref: 'vm-1' });
  expect(one).toMatch(/^vm-[0-9a-z]{8}$/);
  expect(deriveTargetName({ name: '仮想', moref: 'vm-2' })).not.toBe(one);
});

test('whatever a VM is called, its derived name is a DNS label, told apart or not', () => {
  for (const name of randomTexts(800, HOSTILE)) {
    const derived = deriveTargetName({ name, moref: 'vm-7' });
    expect([name, isDnsLabel(derived)]).toEqual([name, true]);
    expect([name, isDnsLabel(tellApart(derived, 'vm-7'))]).toEqual([name, true]);
  }
});

test('a copy id stays over attempts and changes with disk, VM and filling', () => {
  const id = copyId({ baseName: 'base' }, 2000, 0);
  expect(copyId({ baseName: 'base' }, 2000, 0)).toBe(id);
  const others = [
    copyId({ baseName: 'base' }, 2001, 0),
    copyId({ baseName: 'base' }, 2000, 1),
    copyId({ baseName: 'other' }, 2000, 0),
  ];
  expect(others).not.toContain(id);
});

test('what is no DNS label is known as none', () => {
  for (const name of ['', '-a', 'a-', 'A', 'a.b', 'a_b', 'a'.repeat(64), 'a\n'])
    expect([name, isDnsLabel(name)]).toEqual([name, false]);
  for (const name of ['a', '0', 'a-b', 'a'.repeat(63)])
    expect([name, isDnsLabel(name)]).toEqual([name, true]);
});

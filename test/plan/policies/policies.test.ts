/** Every policy has a file, a place in the manual, a VM that triggers it, and one that does not. */
import { readFileSync } from 'node:fs';
import { packagePath } from '../../../lab/package-path';
import { READ_CONCERNS } from '../../../plan/read-concerns';
import { resolvePlan } from '../../../plan/resolve';
import { inventory, manifestSet, sourceVm, targetInventory } from '../example';
import { CASES, TAKEN } from './cases';
import { policyFiles } from './policy-files';

const files = policyFiles();
const manual = readFileSync(packagePath('docs', 'policies.md'), 'utf8');
const foundOf = (changes: Parameters<typeof sourceVm>[0], plan: object = {}) =>
  resolvePlan(
    manifestSet({ plan: { vms: [{ name: 'web01' }], ...plan } }),
    inventory({ vms: [sourceVm(changes)] }),
    targetInventory({ cards: [TAKEN] }),
  ).problems.flatMap(({ policy }) => policy ?? []);

test.each(files)('$id finds something of the VM that triggers it', ({ id }) => {
  const { vm, plan } = CASES[id] ?? { vm: {} };
  expect(foundOf(vm, plan)).toContain(id);
});

test('no policy finds anything of an ordinary VM', () => {
  expect(foundOf({})).toEqual([]);
});

test.each(files)('$id is in the manual', ({ id }) => {
  expect(manual).toContain(`| \`${id}\` |`);
});

test('all that is read of the hardware is judged', () => {
  const ids = files.map(({ id }) => id);
  expect(READ_CONCERNS.filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('only what is critical can be impossible', () => {
  const odd = files.filter(({ policy }) => policy.impossible && policy.severity !== 'critical');
  expect(odd).toEqual([]);
});

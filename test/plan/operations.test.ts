import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONCERNS } from '../../plan/concerns';
import { FAILURES } from '../../plan/failures';

const MANUAL = readFileSync(join(__dirname, '..', '..', 'docs', 'operations.md'), 'utf8');

describe('the operations manual', () => {
  it('names every kind of failure, how it is tried again and its remedy, as the code has them', () => {
    const section = MANUAL.split('<!-- kinds -->')[1]?.split('<!-- end: kinds -->')[0] ?? '';
    const rows = Object.entries(FAILURES).map(
      ([kind, { retry, remedy }]) => `| \`${kind}\` | ${retry} | ${remedy} |`,
    );
    expect(section.trim().split('\n').slice(2)).toEqual(rows);
  });

  it('names every concern about a VM, whether it refuses it, and its remedy, as the code has them', () => {
    const section = MANUAL.split('<!-- concerns -->')[1]?.split('<!-- end: concerns -->')[0] ?? '';
    const rows = Object.entries(CONCERNS).map(
      ([id, { severity, found, remedy }]) =>
        `| \`${id}\` | ${severity} | ${found.replace('{}', '…')} | ${remedy} |`,
    );
    expect(section.trim().split('\n').slice(2)).toEqual(rows);
  });
});

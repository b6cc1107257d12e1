import { execFileSync } from 'node:child_process';
import { packagePath } from '../../lab/package-path';
import { readAudit } from './advisories';
import { refusedLicences } from './licences';
import { readLockFile, unboundPackages } from './lock-file';

const LOCK_FILE = packagePath('package-lock.json');
const GOOD = { path: 'node_modules/good', version: '1.0.0', integrity: 'sha512-aaaa', license: 'MIT' };

describe('package-lock.json', () => {
  test('binds every package by SHA-512 to what a registry served', () => {
    expect(unboundPackages(readLockFile(LOCK_FILE))).toEqual([]);
  });

  test('is refused where a package comes from elsewhere, or is bound weakly or not at all', () => {
    const unbound = { path: GOOD.path, version: GOOD.version };
    const git = { ...GOOD, resolved: 'git+ssh://git@git.example.com/acme/good.git#1' };
    const weak = { ...GOOD, integrity: 'sha1-aaaa' };
    expect(unboundPackages([GOOD, git, unbound, weak])).toEqual([
      expect.stringContaining('comes from git+ssh'),
      expect.stringContaining('no hash'),
      expect.stringContaining('sha1-aaaa'),
    ]);
  });
});

describe('licences', () => {
  test('of all that is shipped are allowed', () => {
    expect(refusedLicences(readLockFile(LOCK_FILE))).toEqual([]);
  });

  test.each(['GPL-3.0-only', 'MIT AND AGPL-3.0-only', 'SEE LICENSE IN LICENSE.md', undefined])(
    'refuse %s',
    (license) => {
      expect(refusedLicences([{ ...GOOD, license: license as string }])).toHaveLength(1);
    },
  );

  test('let a package be used by the licence of its choice', () => {
    expect(refusedLicences([{ ...GOOD, license: '(MIT OR GPL-3.0-only)' }])).toEqual([]);
  });

  test('of what only development needs are not our concern', () => {
    expect(refusedLicences([{ ...GOOD, license: 'GPL-3.0-only', dev: true }])).toEqual([]);
  });
});

describe('advisories', () => {
  const audit = (severity: string) =>
    JSON.stringify({
      auditReportVersion: 2,
      vulnerabilities: { ws: { name: 'ws', severity, range: '<8.17.1' } },
    });

  test('fail the check from high on', () => {
    expect(readAudit(audit('moderate'))).toEqual({ known: true, serious: [] });
    expect(readAudit(audit('high'))).toEqual({ known: true, serious: ['ws <8.17.1 is high; see npm audit'] });
  });

  test('that the registry does not serve are skipped with its own words, and are not taken for none', () => {
    const refused = {
      message: '405 Method Not Allowed - POST https://registry.example.com/',
      statusCode: 405,
    };
    expect(readAudit(JSON.stringify(refused))).toEqual({ known: false, why: refused.message });
    expect(readAudit('')).toEqual({ known: false, why: 'npm audit gave no report' });
  });
});

test('npm runs no install script of what we depend on', () => {
  const asked = execFileSync('npm', ['config', 'get', 'ignore-scripts'], {
    cwd: packagePath(),
    encoding: 'utf8',
  });
  expect(asked.trim()).toBe('true');
});

/**
 * Checks what others have written and we ship: npm run check:supply
 * Each line says what was looked at. What can't be looked at here is named as skipped, and is no failure.
 */
import { spawnSync } from 'node:child_process';
import { packagePath } from '../../lab/package-path';
import { readAudit } from './advisories';
import { refusedLicences } from './licences';
import { readLockFile, unboundPackages } from './lock-file';

const packages = readLockFile(packagePath('package-lock.json'));
const problems: string[] = [];

function report(what: string, found: readonly string[]): void {
  console.log(`${what}: ${found.length === 0 ? 'ok' : `${found.length} refused`}`);
  problems.push(...found);
}

report(`${packages.length} packages of a registry, each bound by SHA-512`, unboundPackages(packages));
report(
  `licences of ${packages.filter(({ dev }) => !dev).length} packages that are shipped`,
  refusedLicences(packages),
);

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: packagePath(),
  encoding: 'utf8',
});
const advisories = readAudit(stdout ?? '');
if (advisories.known) report('advisories of the registry', advisories.serious);
else console.log(`advisories of the registry: skipped: ${advisories.why}`);

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

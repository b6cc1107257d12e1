/** What `drover doctor` found, for people: a table that can be signed off, and below it what is to be done. */
import { renderTable } from './table';

export interface Examined {
  server: string;
  login: string | null;
  namespace: string | null;
  examinedAt: string;
  findings: { check: string; severity: string; found: string; remedy: string | null }[];
}

export function renderExamination(report: Examined): string {
  const { findings } = report;
  const rows = findings.map(({ check, severity, found }) => [check, severity, found]);
  const steps = findings.flatMap(({ check, severity, remedy }) =>
    remedy === null ? [] : [`${severity}: ${check}: ${remedy}\n`],
  );
  return [
    titleOf(report),
    renderTable(['CHECK', 'VERDICT', 'FOUND'], rows),
    ...(steps.length === 0 ? [] : ['\nwhat to do:\n', ...steps]),
    `\n${counts(findings)}\n`,
  ].join('');
}

function titleOf({ server, login, namespace, examinedAt }: Examined): string {
  const who = login === null ? '' : `, as ${login}`;
  const where = namespace === null ? '' : `, namespace ${namespace}`;
  return `cluster ${server}${who}${where}, at ${examinedAt}\n\n`;
}

function counts(findings: Examined['findings']): string {
  const count = (wanted: string) => findings.filter(({ severity }) => severity === wanted).length;
  const words = ['critical', 'warning', 'information', 'fine'].map(
    (severity) => `${count(severity)} ${severity}`,
  );
  return words.join(', ');
}

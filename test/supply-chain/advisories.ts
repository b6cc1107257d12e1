/** What the registry knows of holes in what we ship: the answer of `npm audit --json`. */

export type Advisories =
  | { known: true; serious: string[] }
  /** Many mirrors serve no advisories. */
  | { known: false; why: string };

interface Audit {
  auditReportVersion?: number;
  vulnerabilities?: Record<string, { name: string; severity: string; range: string }>;
  message?: string;
  error?: { summary?: string; code?: string };
}

const SERIOUS = ['high', 'critical'];

export function readAudit(answer: string): Advisories {
  const audit = parse(answer);
  if (audit?.auditReportVersion === undefined) {
    const why = audit?.message ?? audit?.error?.summary ?? audit?.error?.code ?? 'npm audit gave no report';
    return { known: false, why: why.split('\n')[0] ?? '' };
  }
  const found = Object.values(audit.vulnerabilities ?? {}).filter(({ severity }) =>
    SERIOUS.includes(severity),
  );
  return {
    known: true,
    serious: found.map(({ name, severity, range }) => `${name} ${range} is ${severity}; see npm audit`),
  };
}

function parse(answer: string): Audit | null {
  try {
    return JSON.parse(answer) as Audit;
  } catch {
    return null;
  }
}

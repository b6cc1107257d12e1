/** What `drover doctor -o json` prints. */

export interface Finding {
  check: string;
  severity: string;
  found: string;
  remedy: string | null;
}

export function findingsIn(stdout: string): Finding[] {
  return (JSON.parse(stdout) as { findings: Finding[] }).findings;
}

/** What `drover doctor` answers. */
import { cut } from '../plan/cut';
import type { Severity, Sighting } from './check';
import { CHECKS } from './checks/all';
import type { Facts } from './facts';

export interface Report {
  /** Host and port of the API server. */
  server: string;
  /** Null where the cluster does not say. */
  login: string | null;
  namespace: string | null;
  /** When, ISO 8601. */
  examinedAt: string;
  /** The gravest of all. */
  severity: Severity;
  findings: Finding[];
}

export interface Finding extends Sighting {
  /** Id of the check. */
  check: string;
}

/** Characters of what is shown of one finding: more of a cluster's own words is no help to anyone. */
const LONGEST_FOUND = 800;

/** From the gravest to the lightest. */
const SEVERITIES = ['critical', 'warning', 'information', 'fine'] as const satisfies Severity[];

export function reportOf(facts: Facts, examinedAt: Date): Report {
  const { cluster, namespace } = facts;
  const findings = CHECKS.flatMap(({ id, judge }) =>
    judge(facts).map((sighting) => ({ check: id, ...sighting })),
  );
  return {
    server: cluster.server,
    login: cluster.login.known ? cut(cluster.login.value, LONGEST_FOUND) : null,
    namespace: namespace?.name ?? null,
    ...summed(findings, examinedAt),
  };
}

/** Of a cluster that does not let itself be looked at. */
export function reportOfSilence(
  { server, namespace }: { server: string; namespace: string | null },
  why: string,
  examinedAt: Date,
): Report {
  const remedy = 'look at the address and the login in the kubeconfig: kubectl version';
  const finding: Finding = { check: 'api-server', severity: 'critical', found: why, remedy };
  return { server, login: null, namespace, ...summed([finding], examinedAt) };
}

function summed(
  findings: readonly Finding[],
  examinedAt: Date,
): Pick<Report, 'examinedAt' | 'severity' | 'findings'> {
  return {
    examinedAt: examinedAt.toISOString(),
    severity: SEVERITIES.find((one) => findings.some(({ severity }) => severity === one)) ?? 'fine',
    // Much of it may be a cluster's own words.
    findings: findings.map(({ found, remedy, ...finding }) => ({
      ...finding,
      found: cut(found, LONGEST_FOUND),
      remedy: remedy === null ? null : cut(remedy, LONGEST_FOUND),
    })),
  };
}

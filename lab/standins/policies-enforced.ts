/** Waiting until admission knows our rules: the API server compiles policies some time after it stored them. */
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type Cluster, collectionOf, type KubeObject, type Resource } from './cluster';
import { DATA_VOLUMES, INSTANCES, MACHINES } from './resources';

/** An object that one policy alone refuses, and the policy's name. */
interface Probe {
  policy: string;
  of: Resource<KubeObject>;
  spec: unknown;
}

const BARE_MACHINE = { domain: { devices: {}, memory: { guest: '1Gi' } } };
const STORAGE = { resources: { requests: { storage: '1Gi' } } };

const PROBES: readonly Probe[] = [
  { policy: 'kubevirt-machines', of: MACHINES, spec: { template: { spec: BARE_MACHINE } } },
  {
    policy: 'kubevirt-machine-devices',
    of: MACHINES,
    spec: { runStrategy: 'Halted', template: { spec: { domain: { devices: { disks: [{ name: 'x' }] } } } } },
  },
  {
    policy: 'kubevirt-machine-hardware',
    of: MACHINES,
    spec: { runStrategy: 'Halted', template: { spec: { ...BARE_MACHINE, architecture: 'none' } } },
  },
  { policy: 'kubevirt-machine-instances', of: INSTANCES, spec: { domain: { devices: {} } } },
  { policy: 'cdi-data-volumes', of: DATA_VOLUMES, spec: { storage: STORAGE } },
];

/** It only ends what hangs. */
const TIMEOUT_MS = 120_000;

/** @throws Error when a rule is not enforced in time. */
export async function untilPoliciesAreEnforced(cluster: Cluster): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (const probe of PROBES) {
    while (!(await isRefused(cluster, probe))) {
      if (Date.now() > deadline) throw new Error(`the policy ${probe.policy} is not enforced`);
      await delay(100);
    }
  }
}

async function isRefused(cluster: Cluster, { policy, of, spec }: Probe): Promise<boolean> {
  const body = { apiVersion: of.apiVersion, kind: of.kind, metadata: { name: 'policy-probe' }, spec };
  try {
    await cluster.call('POST', `${collectionOf(of, 'default')}?dryRun=All&fieldValidation=Strict`, body);
    return false;
  } catch (error) {
    if (error instanceof ApiError && error.message.includes(`ValidatingAdmissionPolicy '${policy}'`))
      return true;
    // `default` is made by the API server itself, some time after it began to answer.
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

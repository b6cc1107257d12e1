/** Which versions of the workers of a deployment take new work. */
import { DroverError, GRPC, grpcCode } from '../errors';
import type { Services } from '../services';

/** Build ids; null: none. */
export interface Routing {
  current: string | null;
  ramping: string | null;
}

/** Of a deployment that has no worker yet, no version is current. Null where the server has no versions. */
export async function readRouting(
  services: Services,
  namespace: string,
  deploymentName: string,
): Promise<Routing | null> {
  if (!(await hasVersions(services, namespace))) return null;
  const described = await services.workflowService
    .describeWorkerDeployment({ namespace, deploymentName })
    .catch(nothingYet);
  const { currentDeploymentVersion, rampingDeploymentVersion } =
    described?.workerDeploymentInfo?.routingConfig ?? {};
  return {
    current: currentDeploymentVersion?.buildId ?? null,
    ramping: rampingDeploymentVersion?.buildId ?? null,
  };
}

/**
 * The server keeps a deployment, and each of its versions, in a workflow of its own. It may list one before that workflow
 * runs, or while it ends, and then does not find it.
 */
export function nothingYet(error: unknown): null {
  if (grpcCode(error) === GRPC.notFound && !isAboutNamespace(error)) return null;
  throw error;
}

function isAboutNamespace(error: unknown): boolean {
  return error instanceof Error && /Namespace .* is not found/.test(error.message);
}

/** False where the server is too old for versions, or has them switched off. */
export async function hasVersions({ workflowService }: Services, namespace: string): Promise<boolean> {
  try {
    await workflowService.listWorkerDeployments({ namespace, pageSize: 1 });
    return true;
  } catch (error) {
    // Switched off, the server calls it a denied permission.
    const isSwitchedOff = error instanceof Error && /Worker Deployment.*disabled/.test(error.message);
    if (isSwitchedOff || grpcCode(error) === GRPC.unimplemented) return false;
    throw error;
  }
}

/** What a command that needs versions says where there are none. */
export function noVersions(): DroverError {
  return new DroverError(
    'Refused',
    'this Temporal server has no worker versions; upgrade all workers together: docs/operations.md, Upgrade',
  );
}

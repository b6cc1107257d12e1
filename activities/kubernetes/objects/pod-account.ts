/** The ServiceAccount that Pods of a migration run as. */
import type { PodSpec } from '../api/kinds';

/** CDI runs its importer as the account that the DataVolume names so; it hands the annotation on. */
const IMPORTER_ACCOUNT = 'cdi.kubevirt.io/storage.pod.serviceAccountName';

interface Account {
  serviceAccount?: string | undefined;
}

/** Without its token, which no step of ours needs: what counts are the account's pull secrets, and what the cluster allows it. */
export function podAccount({ serviceAccount }: Account): Pick<PodSpec, 'serviceAccountName'> {
  return serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount };
}

export function importerAccount({ serviceAccount }: Account): Record<string, string> {
  return serviceAccount === undefined ? {} : { [IMPORTER_ACCOUNT]: serviceAccount };
}

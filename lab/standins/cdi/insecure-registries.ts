/**
 * Registries that CDI asks without TLS, too, because an administrator has named them.
 * Source (kubevirt/containerized-data-importer): pkg/controller/import-controller.go, IsInsecureTLS.
 */
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { World } from '../world';
import * as notes from './annotations';

const OF_REGISTRY = 'docker://';

export function isInsecure({ configs }: Pick<World, 'configs'>, claim: V1PersistentVolumeClaim): boolean {
  const endpoint = claim.metadata?.annotations?.[notes.ENDPOINT] ?? '';
  if (!endpoint.startsWith(OF_REGISTRY)) return false;
  const [host = ''] = endpoint.slice(OF_REGISTRY.length).split('/');
  return configs.get('config')?.spec?.insecureRegistries?.includes(host) === true;
}

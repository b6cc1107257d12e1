/** The end of a copy, whichever its method. */
import type { DiskRequest } from '../../interfaces';
import { endJobs } from '../pods/job-pods';
import type { Scope } from '../waiting/scope';
import { removeImport, stopImport } from './imports';
import { removeLogins } from './source-access';

/**
 * Ends any copy of a disk, removes its login, and proves the end. A finished volume stays; a half-imported one is
 * removed.
 */
export async function stopCopy(scope: Scope, request: DiskRequest): Promise<void> {
  await removeLogins(scope.cluster.api, request);
  switch (request.disk.method.kind) {
    case 'plugin':
      return endJobs(scope, { vm: request.vm, step: 'copy', disk: request.disk });
    case 'import':
      return stopImport(scope, request);
  }
}

/** Ends any copy of a disk and removes its volume. */
export async function discardVolume(scope: Scope, request: DiskRequest): Promise<void> {
  await stopCopy(scope, request);
  await removeImport(scope, request);
}

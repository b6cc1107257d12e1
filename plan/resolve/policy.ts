/** `spec.drover` → the policy of each VM's migration. */
import type { MigrationPolicy } from '../frozen';
import type { DroverSettings } from '../manifests/drover-settings';

export function policyOf(settings: DroverSettings): MigrationPolicy {
  return {
    maxConcurrentDisks: settings.maxConcurrentDisks,
    shutdownTimeoutSeconds: settings.shutdownTimeout,
    onShutdownTimeout: settings.onShutdownTimeout,
    copyAttempts: settings.copyAttempts,
    importRestarts: settings.importRestarts,
    copyDeadlineSeconds: settings.copyDeadline,
    convertDeadlineSeconds: settings.convertDeadline,
    bindDeadlineSeconds: settings.bindDeadline,
    startDeadlineSeconds: settings.startDeadline,
    parkDeadlineSeconds: settings.parkDeadline,
  };
}

/** `spec.drover` → the policy of each VM's migration. */
import type { MigrationPolicy, VerifyPolicy } from '../frozen';
import type { DroverSettings } from '../manifests/drover-settings';

export function policyOf(settings: DroverSettings): MigrationPolicy {
  return {
    maxConcurrentDisks: settings.maxConcurrentDisks,
    shutdownTimeoutSeconds: settings.shutdownTimeout,
    onShutdownTimeout: settings.onShutdownTimeout,
    copyAttempts: settings.copyAttempts,
    importRestarts: settings.importRestarts,
    copyDeadlineSeconds: settings.copyDeadline,
    copyStartDeadlineSeconds: settings.copyStartDeadline,
    stallWarningSeconds: settings.stallWarning,
    ...(settings.stallDeadline === 'never' ? {} : { stallDeadlineSeconds: settings.stallDeadline }),
    convertDeadlineSeconds: settings.convertDeadline,
    convertStartDeadlineSeconds: settings.convertStartDeadline,
    convertAttempts: settings.convertAttempts,
    onUnconvertible: settings.onUnconvertible,
    ...frozenOnFailure(settings.onFailure),
    bindDeadlineSeconds: settings.bindDeadline,
    startDeadlineSeconds: settings.startDeadline,
    verify: verifyOf(settings.verify),
    parkDeadlineSeconds: settings.parkDeadline,
    ...(settings.registryCa !== '' && { registryCa: settings.registryCa }),
    ...(settings.onUncheckedImage === 'warn' && { onUncheckedImage: settings.onUncheckedImage }),
    ...(settings.finalizeAfter === 'never' ? {} : { finalizeAfterSeconds: settings.finalizeAfter }),
    ...(settings.wave.cutoverWindows.length > 0 && { cutoverWindows: settings.wave.cutoverWindows }),
  };
}

/** What parks a VM goes without saying. */
function frozenOnFailure(said: DroverSettings['onFailure']): Pick<MigrationPolicy, 'onFailure'> {
  const kept = Object.entries(said).filter(([, reaction]) => reaction !== undefined && reaction !== 'park');
  return kept.length === 0 ? {} : { onFailure: Object.fromEntries(kept) as MigrationPolicy['onFailure'] };
}

export function verifyOf({ by, pattern, port, timeout }: DroverSettings['verify']): VerifyPolicy {
  switch (by) {
    case 'none':
      return { by };
    case 'agent':
    case 'network':
      return { by, timeoutSeconds: timeout };
    case 'console':
      return { by, pattern, timeoutSeconds: timeout };
    case 'port':
      return { by, port, timeoutSeconds: timeout };
  }
}

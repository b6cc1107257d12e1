/**
 * Which limits KubeVirt gives its Pods in a namespace: those that the namespace's quotas ask for. KubeVirt does so
 * always from 1.5 on; earlier versions only with the feature gate AutoResourceLimitsGate.
 */
import { type Quota, LIMITS } from '../../../plan/quota';
import type { Cluster } from '../access/clusters';
import { NAMESPACES } from '../api/kinds';
import type { LauncherLimits } from '../objects/launcher-pod';

/**
 * KubeVirt 1.6, api/core/v1/types.go: AutoMemoryLimitsRatioLabel; services/template.go:
 * DefaultMemoryLimitOverheadRatio.
 */
const RATIO_LABEL = 'alpha.kubevirt.io/auto-memory-limits-ratio';
const DEFAULT_RATIO = 2;

export async function launcherLimits(
  { api }: Cluster,
  namespace: string,
  quotas: readonly Quota[],
): Promise<LauncherLimits> {
  const asks = (resource: string) => quotas.some(({ hard }) => hard[resource] !== undefined);
  if (!asks(LIMITS.memory)) return { cpu: asks(LIMITS.cpu), memoryRatio: null };
  const found = await api.findMetadata(NAMESPACES, { name: namespace });
  const said = Number(found?.metadata?.labels?.[RATIO_LABEL] ?? NaN);
  return { cpu: asks(LIMITS.cpu), memoryRatio: said >= 1 ? said : DEFAULT_RATIO };
}

/** Whether a VirtualMachine that Drover made has ever run. */
import type { VirtualMachine } from '../api/kinds';

/**
 * Why a VirtualMachine may have run since it was made, and changed its disks; null where it can't have. Drover makes it
 * halted, and whatever starts it changes its spec: the API server counts that (`metadata.generation`).
 */
export function mayHaveRun({ metadata, spec, status }: VirtualMachine): string | null {
  if (spec.runStrategy !== 'Halted') return `its run strategy is ${spec.runStrategy ?? 'not Halted'}`;
  if (metadata?.generation !== 1) return 'its spec was changed after it was made';
  if (status?.created === true || status?.ready === true) return 'KubeVirt says that it runs';
  return null;
}

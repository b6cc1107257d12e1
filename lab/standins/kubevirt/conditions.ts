/** Conditions of machines and instances; the published types know no times of theirs, and the API server drops them. */
export interface MachineCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

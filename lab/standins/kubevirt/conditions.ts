/** A condition of a machine or an instance. The published types have no times, so the API server drops times. */
export interface MachineCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

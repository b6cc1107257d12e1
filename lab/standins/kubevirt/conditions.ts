/** Conditions of machines and instances. */

export interface MachineCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

interface Timed extends MachineCondition {
  lastTransitionTime?: string;
}

/** A condition keeps its time, and its place, while its status stays. */
export function withTransitionTimes(conditions: MachineCondition[], before: Timed[]): Timed[] {
  const now = new Date().toISOString();
  return conditions.map((condition) => {
    const known = before.find(({ type }) => type === condition.type);
    const same = known?.status === condition.status;
    const { type, status, reason, message } = condition;
    return {
      lastTransitionTime: (same && known.lastTransitionTime) || now,
      ...(message === undefined ? {} : { message }),
      ...(reason === undefined ? {} : { reason }),
      status,
      type,
    };
  });
}

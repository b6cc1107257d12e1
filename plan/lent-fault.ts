/** Why something that a plan names is not used: a Secret or a ConfigMap of an owner who has to lend it. */
export type LentFault =
  | { kind: 'absent' }
  | { kind: 'forbidden' }
  | { kind: 'unconsented'; found: string; command: string }
  /** `found` is a clause that follows the object's name. It holds no value of the object. */
  | { kind: 'unfit'; found: string };

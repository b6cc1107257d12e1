/** The lab can't start for a reason that its user can mend. The message is one line that says how. */
export class LabRefusal extends Error {
  override readonly name = 'LabRefusal';
  /** What a command that meets it ends with. */
  readonly exitCode = 2;
}

/** Whether what vCenter and the target say of a VM is what a migration may begin with. */
import { formatPath, type FieldPath } from '../field-path';
import { frozenVmSchema, type FrozenVm } from '../frozen';
import { errorAt, type Location, type Problem } from '../problem';
import { describeIssue } from '../schema-problems';

/** The workflow checks its input by this schema, too: it takes every VM that a plan check lets pass. */
export function checkFrozen(vm: FrozenVm, at: Location): Problem[] {
  const issues = frozenVmSchema.safeParse(vm).error?.issues ?? [];
  return issues.map((issue) => {
    const { found, remedy } = describeIssue(issue, vm);
    return errorAt(at, `VM "${vm.vm.name}": ${formatPath(issue.path as FieldPath)} ${found}`, remedy);
  });
}

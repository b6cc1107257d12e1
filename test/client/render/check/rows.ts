/** An answer of `plan check` with one problem of each weight, and names as hostile guests have them. */
import type { Problem } from '../../../../plan/problem';
import type { CheckResult } from '../../../../workflows/temporal-api';
import { frozenVm } from '../../../support/frozen-vm';

/** Breaks out of text, attribute, comment and CDATA, steers a terminal, and has what XML can't hold. */
export const HOSTILE = `"'><script>alert(1)</script><!-- ]]> & \u001b[2J\u0000\ud800\ufffe`;

const at = { manifest: 'Plan/openshift-mtv/wave-1', path: 'spec.vms[0]' };

export const PROBLEMS: Problem[] = [
  { severity: 'error', policy: 'template', location: at, found: 'it is a template', remedy: 'deploy a VM' },
  { severity: 'error', location: at, found: `VM "${HOSTILE}" is not there`, remedy: 'name another' },
  { severity: 'warning', policy: 'hot-add', location: at, found: 'it can grow', remedy: 'give it now' },
  { severity: 'information', policy: 'media', location: at, found: 'a CD', remedy: 'eject it' },
  {
    ...{ severity: 'warning', policy: 'tpm', location: at, found: 'its TPM is empty', remedy: 'keep keys' },
    acknowledged: `no BitLocker ${HOSTILE}`,
  } as Problem,
];

export function checkResult(problems: Problem[]): CheckResult {
  const vm = frozenVm();
  return {
    plan: { namespace: 'openshift-mtv', name: 'wave-1' },
    problems,
    vms: [{ ...vm, vm: { ...vm.vm, name: HOSTILE } }],
    total: 1,
    next: null,
  };
}

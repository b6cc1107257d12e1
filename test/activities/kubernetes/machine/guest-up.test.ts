import { awaitGuestUp } from '../../../../activities/kubernetes/machine/guest-up';
import type { Scope } from '../../../../activities/kubernetes/waiting/scope';
import { vmRef } from '../../../../plan/vm-ref';
import { frozenVm } from '../../../support/frozen-vm';

test('a pattern that no plan check has passed ends the wait before anything is asked', async () => {
  const nobody = {} as Scope;
  const verify = { by: 'console' as const, pattern: '^(?!x)', timeoutSeconds: 60 };
  await expect(awaitGuestUp(nobody, vmRef(frozenVm()), verify)).rejects.toMatchObject({
    type: 'InvalidInput',
    nonRetryable: true,
    message:
      'verify.pattern is no regular expression as RE2 has them: a negative look-ahead (?!…) is not supported',
  });
});

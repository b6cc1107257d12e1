/** What retry, abort and cancel share: find the VM, say it, tell how to go on looking. */
import type { OperatorRequest } from '../workflows/temporal-api';
import type { OperatorArguments } from './arguments';
import { type Handler, withClient } from './command';
import { shellWord } from './render/changes';
import type { VmHandle } from './vm-handle';
import { say } from './say';

/** @param act resolves to the predicate of the answer: `goes on at copy`. */
export function steer(
  act: (vm: VmHandle, request: OperatorRequest) => Promise<string>,
): Handler<OperatorArguments> {
  return ({ vm: name, plan, who, why }, io) =>
    withClient(io, async (drover) => {
      const vm = await drover.vm(name, plan === undefined ? {} : { plan });
      const answer = await act(vm, { who, why });
      say(io.stdout, `${name} ${answer}; look at it: drover status ${shellWord(name)}`);
      return 'ok';
    });
}

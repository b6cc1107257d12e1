/** A command about several VMs: a few at a time, and what fails of one VM stops none of the others. */
import { inspect } from 'node:util';
import { limit } from '../plan/concurrency';
import { DroverError } from './errors';
import { EXIT_OF_ERROR, type ExitName } from './exit-codes';

/** VMs at once. */
const AT_ONCE = 10;

/** Answers are in the order of the VMs. */
export function eachVm<T, R>(vms: readonly T[], work: (vm: T) => Promise<R>): Promise<R[]> {
  const inTurn = limit(AT_ONCE);
  return Promise.all(vms.map((vm) => inTurn(() => work(vm))));
}

/** What a row says of a VM whose work has failed, and what the shell hears of it. */
export function failedRow(error: unknown): { exit: ExitName; why: string } {
  return {
    exit: error instanceof DroverError ? EXIT_OF_ERROR[error.code] : 'internal',
    why: error instanceof Error ? error.message : inspect(error),
  };
}

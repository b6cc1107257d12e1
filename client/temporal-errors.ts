/** What a Temporal server that was reached says no to, in one line: for everything that a command or a worker asks it. */
import { DroverError, GRPC, grpcCode } from './errors';
import { missingNamespace } from './namespace';
import type { TemporalPlace } from './connect';

/** An error of ours where the server's answer is one that an operator can do something about; else what came. */
export function asTemporalError(error: unknown, { address, namespace }: TemporalPlace): unknown {
  if (error instanceof DroverError) return error;
  if (isNamespaceMissing(error)) return missingNamespace(namespace, error);
  const said = (words: string) =>
    new DroverError('Unreachable', `Temporal at ${address} ${words}`, { cause: error });
  switch (grpcCode(error)) {
    case GRPC.permissionDenied:
    case GRPC.unauthenticated:
      return said(
        `refuses this login in namespace "${namespace}"; check TEMPORAL_API_KEY or the client certificate, and its rights`,
      );
    case GRPC.resourceExhausted:
      return said('has more to do than it takes; try again in a minute, or raise its limits');
    case GRPC.failedPrecondition:
      // The server's own workflows, such as those of worker versions, can't be asked while a task of theirs fails.
      return said('is not ready to answer yet; try again in a minute');
    case GRPC.unavailable:
    case GRPC.deadlineExceeded:
    case GRPC.cancelled:
      return said(
        'did not answer in time or went away; what was asked for may have happened: look before you try again',
      );
    default:
      return error;
  }
}

/** The SDK has an error of its own for some calls, and passes the server's on for others. */
function isNamespaceMissing(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'NamespaceNotFoundError') return true;
    if (grpcCode(cause) === GRPC.notFound && /^(5 NOT_FOUND: )?Namespace .* is not found/.test(cause.message))
      return true;
  }
  return false;
}

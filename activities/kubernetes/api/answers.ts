/** How much of a cluster's answers is read. The numbers stand in docs/operations.md. */
import { failure } from '../../failure';
import { limited, readLimited, TooLong } from '../../limited';
import { type ApiCall, describeCall, NoAnswerError } from './errors';
import { lines } from './lines';

const MIB = 2 ** 20;
/** A list, an object, or the log of a container that is read at once. */
const LONGEST_ANSWER = 64 * MIB;
/** Of a refusal only its reason and message are kept. */
const LONGEST_REFUSAL = MIB;
/** One round of a watch, its first list among it. */
const LONGEST_WATCH = 128 * MIB;
/** An object has 1.5 MiB in etcd, and up to twice as much as JSON. */
const LONGEST_EVENT = 4 * MIB;
/**
 * Objects and lists in one document. An empty one takes three bytes on the wire, and three hundred in memory; two million
 * keep the only thread busy for seconds. Those of Kubernetes take sixty bytes and more on the wire.
 */
const MOST_NODES = 2_000_000;

/** @throws AnswerTooLarge; what the stream says when it breaks */
export async function readAnswer(
  call: ApiCall,
  stream: AsyncIterable<Buffer>,
  isOk: boolean,
): Promise<string> {
  try {
    return (await readLimited(stream, isOk ? LONGEST_ANSWER : LONGEST_REFUSAL)).toString('utf8');
  } catch (error) {
    throw named(call, error);
  }
}

/** Of a log that is not followed, or a watch. @throws AnswerTooLarge, to whoever reads on */
export async function* limitedStream(call: ApiCall, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* limited(stream, call.verb === 'watch' ? LONGEST_WATCH : LONGEST_ANSWER);
  } catch (error) {
    throw named(call, error);
  }
}

/** Of a watch, one document each. @throws AnswerTooLarge */
export async function* eventLines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  try {
    yield* lines(stream, LONGEST_EVENT);
  } catch (error) {
    throw error instanceof TooLong
      ? failure('AnswerTooLarge', `an object that the cluster tells of is ${error.message}`)
      : error;
  }
}

/** @throws AnswerTooLarge for a document whose reading would stop everything else; SyntaxError */
export function parseJson(text: string): unknown {
  let nodes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x7b || code === 0x5b) nodes++;
  }
  if (nodes > MOST_NODES) {
    throw failure('AnswerTooLarge', `the cluster's answer has more than ${MOST_NODES} parts`);
  }
  return JSON.parse(text);
}

/**
 * What a server answers that said yes: an object, or a list with its items.
 * @throws AnswerTooLarge; NoAnswerError for anything else, which is no API server's answer
 */
export function readDocument(call: ApiCall, text: string): unknown {
  const document = jsonIn(text);
  const isObject = typeof document === 'object' && document !== null && !Array.isArray(document);
  if (isObject && (call.verb !== 'list' || Array.isArray((document as { items?: unknown }).items))) {
    return document;
  }
  throw new NoAnswerError(call, 'what came is no answer of an API server');
}

function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function named(call: ApiCall, error: unknown): unknown {
  if (!(error instanceof TooLong)) return error;
  return failure('AnswerTooLarge', `${describeCall(call)}: the answer is ${error.message}`);
}

/**
 * The sentence in what an importer leaves behind. CDI's importer ends with a sentence of its own ("Unable to process
 * data: …") or, where it ends early, with none: then the kubelet keeps the end of its log (`FallbackToLogsOnError`, at
 * most 2048 bytes), which has klog's lines and the stack of the error (`%+v` of github.com/pkg/errors; CDI 1.66,
 * cmd/cdi-importer/importer.go).
 */
import { shorten } from '../api/errors';

/** The kubelet keeps at most 4096 bytes; whoever may write a DataVolume's status can write more. */
const LONGEST_LOG = 8_192;

/** klog's header (`E1128 20:39:56.299464       1 importer.go:138] `), or how Go's runtime begins to die. */
const HEADER =
  /\b([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} {1,7}\d{1,7} [\w.-]{1,80}:\d{1,6}\] |^(?:panic|fatal error): /gm;
/** The second half of a stack's frame (`/app/pkg/util/file.go:79`). The function stands before it. */
const FRAME = /\.(?:go|s):\d{1,6}$/;
const GOROUTINE = /^goroutine \d+ \[/;

/** What klog knows beside them says nothing of a failure. */
const FAILURES = ['F', 'E'];

/**
 * Why an importer failed, in one line: of a log its last error, without the stack; any other text as it is.
 * @param said by the importer; of any length and content
 */
export function importerSentence(said: string): string {
  const log = said.slice(-LONGEST_LOG);
  const entries = entriesOf(log);
  const cause = entries.findLast(({ level }) => FAILURES.includes(level)) ?? entries.at(-1);
  if (cause !== undefined) return shorten(firstWords(cause.text) || cause.text || said);
  return shorten(hasFrames(log) ? firstWords(log) || said : said);
}

/** Whether the node did not let the importer open its block device (CDI 1.66, pkg/util/file.go: GetAvailableSpaceBlock). */
export function isDeviceDenied(sentence: string): boolean {
  return /\/dev\/\S+: .{0,80}permission denied|permission denied.{0,80} \/dev\/\S+/i.test(sentence);
}

interface Entry {
  level: string;
  text: string;
}

function entriesOf(log: string): Entry[] {
  const headers = [...log.matchAll(HEADER)];
  return headers.map((header, index) => {
    const level = header[1] ?? 'F';
    // A panic's own words say that it is one.
    const start = header.index + (header[1] === undefined ? 0 : header[0].length);
    return { level, text: log.slice(start, headers[index + 1]?.index) };
  });
}

/**
 * The words before the first frame of a stack that has words before it. An error that was wrapped prints its cause, the
 * cause's stack, then the next message, and so on: so the first words are the cause.
 */
function firstWords(text: string): string {
  const words: string[] = [];
  for (const line of text.split('\n')) {
    if (GOROUTINE.test(line)) break;
    const tokens = line.split(/\s+/).filter((token) => token !== '');
    const frame = tokens.findIndex((token) => FRAME.test(token));
    if (frame < 0) {
      if (tokens.length > 0) words.push(tokens.join(' '));
      continue;
    }
    // The frame's function is the token before, on this line or the one above.
    if (frame === 0) words.pop();
    else if (frame > 1) words.push(tokens.slice(0, frame - 1).join(' '));
    if (words.length > 0) break;
  }
  return words.join('; ');
}

function hasFrames(log: string): boolean {
  return log.split('\n').some((line) => FRAME.test(line.trimEnd()));
}

/** Where a history and the code part: the event, and the line of code that asked for something else. */
import { SourceMap, type SourceMapping } from 'node:module';
import { DefaultLogger, type InjectedSinks, Worker, bundleWorkflowCode } from '@temporalio/worker';
import type { History, HistoryEvent, RecordedHistory } from '../../client/history/recorded';
import type { Replayed } from '../../client/history/replayed';
import { preloadModules, workflowsPath } from '../bundle';
import type { CallSinks } from './calls';

type Place = Pick<Replayed, 'event' | 'line'>;

interface Call {
  name: string;
  stack: string;
}

/** @param why the core's sentence on what is different */
export async function locate(recorded: RecordedHistory, why: string): Promise<Place> {
  const code = await tracedCode();
  const tasks = endsOfTasks(recorded.history);
  const failing = await firstFailing(tasks, (end) => fails(code, cutAt(recorded, end)));
  const calls: Call[] = [];
  await fails(code, failing === null ? recorded : cutAt(recorded, failing), calls);
  return { event: eventOf(recorded.history, failing, why), line: lineOf(code, callOf(calls, why)) };
}

/** The workflows' code, bundled with what watches its calls. */
let traced: Promise<string> | undefined;
function tracedCode(): Promise<string> {
  traced ??= bundleWorkflowCode({
    workflowsPath: workflowsPath(),
    preloadModules: preloadModules(),
    workflowInterceptorModules: [require.resolve('./calls')],
    logger: new DefaultLogger('ERROR', () => undefined),
  }).then(({ code }) => code);
  return traced;
}

async function fails(
  code: string,
  { workflowId, history }: RecordedHistory,
  calls: Call[] = [],
): Promise<boolean> {
  const sinks: InjectedSinks<CallSinks> = {
    calls: {
      called: { fn: (_info, name, stack) => void calls.push({ name, stack }), callDuringReplay: true },
    },
  };
  return Worker.runReplayHistory({ workflowBundle: { code }, sinks }, history, workflowId).then(
    () => false,
    () => true,
  );
}

// ---- The event ----------------------------------------------------------------------------------------------

/** How many events there are up to the end of each workflow task and of what it asked for. */
function endsOfTasks({ events = [] }: History): number[] {
  const all = events ?? [];
  const starts = all.flatMap(({ workflowTaskScheduledEventAttributes: task }, place) =>
    task == null ? [] : [place],
  );
  return [...starts.slice(1), all.length];
}

/** The first end at which a replay fails; each later one fails, too. Null where none does. */
async function firstFailing(
  ends: readonly number[],
  failsAt: (end: number) => Promise<boolean>,
): Promise<number | null> {
  let [from, to] = [0, ends.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (await failsAt(ends[middle]!)) to = middle;
    else from = middle + 1;
  }
  return ends[from] ?? null;
}

function cutAt({ workflowId, history }: RecordedHistory, end: number): RecordedHistory {
  return { workflowId, history: { events: (history.events ?? []).slice(0, end) } };
}

/** As the core names it; else, of what the failing task had asked for, the one with the name that the core says. */
function eventOf({ events }: History, failing: number | null, why: string): Place['event'] {
  const all = events ?? [];
  const [, id] = /HistoryEvent\(id: (\d+)/.exec(why) ?? [];
  const named = all.find(({ eventId }) => String(eventId) === id);
  if (named !== undefined) return placeOf(named);
  const before = all.slice(0, failing ?? all.length);
  const task = before.findLastIndex(({ workflowTaskCompletedEventAttributes: done }) => done != null);
  const asked = before.slice(task + 1);
  const [recordedName] = quotedIn(why);
  const found = asked.find(
    (event) => recordedName !== undefined && JSON.stringify(event).includes(`"${recordedName}"`),
  );
  const event = found ?? asked[0] ?? before.at(-1);
  return event === undefined ? null : placeOf(event);
}

/** `ActivityTaskScheduled`. */
function placeOf(event: HistoryEvent): NonNullable<Place['event']> {
  const suffix = 'EventAttributes';
  const [key = ''] =
    Object.entries(event).find(([name, value]) => name.endsWith(suffix) && value != null) ?? [];
  const type = key.slice(0, -suffix.length);
  return { id: Number(String(event.eventId)), type: type.charAt(0).toUpperCase() + type.slice(1) };
}

// ---- The line -----------------------------------------------------------------------------------------------

/** The call that the core names; else the last that was made. */
function callOf(calls: readonly Call[], why: string): Call | undefined {
  const names = quotedIn(why);
  return calls.findLast(({ name }) => names.includes(name)) ?? calls.at(-1);
}

/** The innermost line of ours. Where Node knows of source maps, the stack has the lines of the sources already. */
function lineOf(code: string, call: Call | undefined): string | null {
  const map = sourceMapOf(code);
  for (const [, file = '', line, column] of (call?.stack ?? '').matchAll(/(\/[^\s():]+):(\d+):(\d+)/g)) {
    const found = BUNDLE.test(file) ? map?.findEntry(Number(line) - 1, Number(column) - 1) : undefined;
    const { originalSource, originalLine = 0 } = (found ?? {}) as Partial<SourceMapping>;
    const place =
      originalSource === undefined ? { file, line } : { file: originalSource, line: originalLine + 1 };
    const [, own] = OURS.exec(place.file) ?? [];
    if (own !== undefined) return `${own}:${place.line}`;
  }
  return null;
}

const BUNDLE = /\/workflow-bundle[^/]*$/;
/** What runs in the sandbox of Drover's own code, wherever Drover lies. */
const OURS = /^.*\/((?:workflows|plan)\/.*)$/;

function sourceMapOf(code: string): SourceMap | null {
  const [, base64] =
    /\/\/# sourceMappingURL=data:application\/json;charset=utf-8;base64,(\S+)\s*$/.exec(code) ?? [];
  if (base64 === undefined) return null;
  return new SourceMap(
    JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as ConstructorParameters<typeof SourceMap>[0],
  );
}

/** `Activity type of scheduled event 'bindVolumes' does not match activity type of activity command 'checkSource'`. */
function quotedIn(why: string): string[] {
  return [...why.matchAll(/'([^']*)'/g)].map(([, name]) => name ?? '');
}

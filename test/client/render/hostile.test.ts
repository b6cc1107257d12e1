/** Whatever others say, it steers no terminal and makes no line of its own, in whichever form it is shown. */
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { parse } from 'yaml';
import { exitOfError } from '../../../client/command';
import { DroverError, invalidInput } from '../../../client/errors';
import { createRenderer } from '../../../client/render/create-renderer';
import { renderInventory } from '../../../client/render/inventory';
import { renderOutput } from '../../../client/render/output';
import { renderReport } from '../../../client/render/report';
import { renderWavePage } from '../../../client/render/report/page';
import { renderVmList } from '../../../client/render/vm-list';
import { renderVmStatus } from '../../../client/render/vm-status';
import type { VmStatus } from '../../../client/vm-handle';
import type { WatchSnapshot } from '../../../client/watch';
import { describeFailure } from '../../../plan/failures';
import { asMarkdown, LONGEST_SHOWN, visible, visibleIn } from '../../../plan/visible';
import type { VmSummary } from '../../../workflows/temporal-api';
import { CONVERSION } from '../../support/fake-activities';
import { RecordingIo } from '../recording-io';
import { diskState, snapshot, vmState } from './watched';

/** Sets the title, clears the screen, forges a row, turns the line around. */
const ATTACK =
  'a\u001b]0;owned\u0007\u001b[2J\u009b31m\r\n  failure   none: all is well\n\u202e\u2066\u200f\u2028\u0085\u0000b';
const PLAIN = 'plain';
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const AT = '2026-01-01T00:00:00.000Z';

/** A VM about which everything that can be said is said, in these words. */
function status(word: string): VmStatus {
  const failure = { ...describeFailure('CopyFailed', word), remedy: word };
  const attempt = {
    number: 1,
    method: 'plugin' as const,
    outcome: 'failed' as const,
    startedAt: AT,
    endedAt: AT,
    bytes: 1,
    image: word,
    failure,
  };
  const disk = diskState({
    path: word,
    volumeName: word,
    phase: 'copying',
    attempts: 2,
    failure,
    fellBack: { kind: 'CopyRefused', message: word, from: word, at: AT },
    attemptLog: [attempt, { ...attempt, number: 2 }],
  });
  const hook = {
    step: 'PreHook' as const,
    name: word,
    attempt: 1,
    startedAt: AT,
    endedAt: AT,
    outcome: 'succeeded' as const,
    failure: null,
    results: { said: word },
    warning: word,
    log: [word],
  };
  const state = vmState({
    plan: { namespace: word, name: word },
    vm: { name: word, moref: word },
    target: { namespace: word, name: word },
    attention: { failure, phase: 'copy', since: AT, deadline: AT },
    disks: [disk],
    timings: [{ phase: 'copy', startedAt: AT, endedAt: null }],
    conversion: { ...CONVERSION, os: word, osinfo: word, warnings: [word, word] },
    proof: { by: 'console', evidence: word },
    decisions: [{ at: AT, action: 'retry', who: word, why: word }],
    failure,
    left: [word],
    hooks: [hook],
  });
  const entry = {
    workflowId: word,
    vm: word,
    moref: word,
    runId: word,
    plan: word,
    phase: 'copy' as const,
    outcome: null,
    attention: 'CopyFailed' as const,
    startedAt: AT,
    endedAt: null,
  };
  const { steps } = look(word).vms[0]!;
  return { entry, state, workerSilent: false, steps };
}

/** The same VM, copying, as a watch sees it. */
function look(word: string, state: VmStatus['state'] = null): WatchSnapshot {
  const progress = { note: word, warning: word };
  const { vms, ...rest } = snapshot(state, { bytesDone: 1, progress });
  const steps = vms[0]!.steps.map((step) => ({ ...step, activity: word, lastFailure: word }));
  return { ...rest, vms: [{ ...vms[0]!, name: word, workflowId: word, steps }] };
}

const summary = (word: string): VmSummary => ({
  name: word,
  target: word,
  disks: 1,
  bytes: 1,
  methods: ['plugin'],
  downtimeSeconds: 1,
  phaseSeconds: { copy: 1 },
  outcome: 'aborted',
  failure: { ...describeFailure('CopyFailed', word), remedy: word },
  fellBack: [{ disk: 0, kind: 'CopyRefused', message: word, from: word, at: AT }],
  group: word,
  startedAt: AT,
  timeline: [['copy', 0, 1]],
  decisions: [{ at: AT, action: 'retry', who: word, why: word }],
});

const host = (word: string) => [{ moref: word, name: word, connection: word, inMaintenance: false }];

const PAGES: Record<string, (word: string) => string> = {
  'the status of a VM': (word) => renderOutput('table', status(word), renderVmStatus),
  'a list of VMs': (word) => renderOutput('table', [status(word).entry], renderVmList),
  'a report': (word) => renderOutput('table', [summary(word)], renderReport),
  'a report as a page': (word) =>
    renderWavePage({ plan: { namespace: word, name: word }, succeeded: false, results: [summary(word)] }),
  'an inventory': (word) => renderOutput('table', host(word), (shown) => renderInventory('hosts', shown)),
  'a log': (word) => renderOutput('table', [word, word], (lines) => `${lines.join('\n')}\n`),
  'a watch by lines': (word) => watched(word, false),
  'a watch by bars': (word) => stripVTControlCharacters(watched(word, true)),
  'a status as YAML': (word) => renderOutput('yaml', status(word), String),
  'an error': (word) => said(new DroverError('Refused', word)),
  'problems of an input': (word) =>
    said(
      invalidInput([{ severity: 'error', location: { path: word, file: word }, found: word, remedy: word }]),
    ),
};

function watched(word: string, isTTY: boolean): string {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const renderer = createRenderer(Object.assign(stream, { isTTY }));
  renderer.show(look(word, status(word).state));
  renderer.close();
  return text;
}

function said(error: unknown): string {
  const io = new RecordingIo();
  exitOfError(error, io);
  return io.stderr.text;
}

const lines = (text: string) => text.replace(/[\r\n]+$/, '').split('\n').length;

test.each(Object.entries(PAGES))('%s has no control character and no line more', (_, page) => {
  const shown = page(ATTACK).replaceAll('\r', '');
  expect(shown).not.toMatch(CONTROL);
  expect(shown).toMatch(/a\\(u001b|e)]0;owned\\(u0007|a)/);
  expect(lines(shown)).toBe(lines(page(PLAIN)));
});

test('bars send the terminal no more than with plain words', () => {
  const sequences = (text: string) =>
    new Set(text.match(/\u001b[^\u001b]{1,3}/g)?.map((one) => one.slice(0, 2)));
  expect(sequences(watched(ATTACK, true))).toEqual(sequences(watched(PLAIN, true)));
  expect(watched(ATTACK, true)).not.toContain('\u0007');
});

test('what is shown as JSON or YAML is read again as it was said', () => {
  const value = { [ATTACK]: [ATTACK, 'login: web\u202e', '\u0085', 'plain', "it's: # fine", '1', ''] };
  expect(JSON.parse(renderOutput('json', value, String))).toEqual(value);
  expect(parse(renderOutput('yaml', value, String))).toEqual(value);
});

test('a stack of what nobody expected steers no terminal', () => {
  expect(said(new Error(ATTACK))).not.toMatch(CONTROL);
});

test('a text without end is cut, and says so', () => {
  const { note } = visibleIn({ note: 'x'.repeat(100_000) });
  expect(note).toBe(`${'x'.repeat(LONGEST_SHOWN - 1)}…`);
});

test.each([
  ['[click](https://example.com) ![](https://example.com/x.png)'],
  ['<img src=x onerror=alert(1)>'],
  ['`` ` ``` [x](y)'],
  ['\n\n# heading\n\n- list'],
  ['https://example.com'],
])('as Markdown %j is one code span', (text) => {
  const [, fence = '', inside = ''] = /^(`+) (.*) \1$/.exec(asMarkdown(text)) ?? [];
  expect(inside).toBe(visible(text));
  expect((inside.match(/`+/g) ?? []).filter((run) => run.length === fence.length)).toEqual([]);
});

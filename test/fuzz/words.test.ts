/** Texts of plugins, conversions, importers, clusters and Secrets: read by small functions, which must stand any. */
import fc from 'fast-check';
import { ApplicationFailure } from '@temporalio/common';
import { conversionReport } from '../../activities/kubernetes/conversion/conversion';
import { ApiError, clusterFailure } from '../../activities/kubernetes/api/errors';
import { importState } from '../../activities/kubernetes/copies/import-state';
import { importerSentence, isDeviceDenied } from '../../activities/kubernetes/copies/importer-words';
import type { DataVolume, Event, Pod } from '../../activities/kubernetes/api/kinds';
import { cutLines } from '../../activities/kubernetes/api/lines';
import { plainLine } from '../../activities/kubernetes/pods/plain-line';
import { podEnd } from '../../activities/kubernetes/pods/pod-end';
import { startDelay, whyEnded, whyNoPod } from '../../activities/kubernetes/pods/pod-reasons';
import { readChallenge } from '../../activities/registry/challenge';
import { loginsFor, readDockerConfig } from '../../activities/registry/docker-config';
import { NOTHING_FOUND, terminationMessage } from '../../images/conversion/report';
import { isFailureKind } from '../../plan/failures';
import { matchesPattern, parseImageReference, pinnedReference } from '../../plan/image-reference';
import { readPluginEnd, readPluginProgress } from '../../plan/plugin-output';
import { eachOf, texts } from './support/corpus';
import { fuzz } from './support/fuzz';
import { garbled, mutated, nastyText } from './support/mutations';

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
/** Of what a reader of logs looks for. */
const LOG_PIECES = [
  'E1128 20:39:56.299464       1 importer.go:138] ',
  'I1128 20:39:56.299464 1 a.go',
  'panic: ',
  '\npanic: ',
  'x.go:1 ',
  '.go:1',
  '/dev/x: ',
  'permission denied ',
  'goroutine 1 [',
  ' ',
  '\n',
];
/** Two clauses with what is quoted in each. */
const LONGEST_CLAUSE = 1_500;

/** A failure that says its kind, and nothing else, is how foreign words end a step. */
function typed(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ApplicationFailure);
    expect(isFailureKind((error as ApplicationFailure).type ?? '')).toBe(true);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function endOfPlugin(text: string): void {
  const end = readPluginEnd(text);
  expect(['silent', 'result', 'error']).toContain(end.kind);
  if (end.kind === 'result') expect(end.bytes === null || Number.isSafeInteger(end.bytes)).toBe(true);
  const progress = readPluginProgress(json(text));
  if (progress !== null) expect(progress.bytesDone).toBeGreaterThanOrEqual(0);
  typed(() => conversionReport(endedPod(text)));
}

/** A conversion's Pod that ended with these words. */
function endedPod(message: string): Pod {
  const state = { terminated: { exitCode: 0, message } };
  return {
    metadata: { name: 'web-convert-1' },
    spec: { containers: [{ name: 'convert' }] },
    status: {
      containerStatuses: [{ name: 'convert', state, image: '', imageID: '', ready: false, restartCount: 0 }],
    },
  } as unknown as Pod;
}

eachOf('termination-messages', endOfPlugin);
fuzz(
  'an end in any words is silence, a result or an error',
  garbled(texts('termination-messages')),
  endOfPlugin,
);
fuzz(
  'an end in any form is silence, a result or an error',
  mutated(
    texts('termination-messages')
      .map(json)
      .filter((end) => end !== undefined),
  ),
  (end) => endOfPlugin(JSON.stringify(end) ?? ''),
);

fuzz(
  'what a conversion says at its end fits a termination message and is read again',
  fc.record({
    stage: nastyText,
    os: nastyText,
    error: nastyText,
    warnings: fc.array(nastyText, { maxLength: 30 }),
  }),
  ({ stage, os, error, warnings }) => {
    const said = {
      ...NOTHING_FOUND,
      stage,
      os,
      warnings,
      error,
      converted: false,
      disks: 'untouched',
    } as const;
    const message = terminationMessage(said);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096);
    expect(JSON.parse(message)).toMatchObject({ converted: false, disks: 'untouched' });
  },
);

fuzz(
  'lines of a container are cut, whatever its pieces are, and nothing in them steers a terminal',
  fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
  async (pieces) => {
    async function* stream() {
      for (const piece of pieces) yield Buffer.from(piece);
    }
    for await (const line of cutLines(stream(), 100)) {
      expect(line.length).toBeLessThanOrEqual(100);
      expect(plainLine(line, 50)).not.toMatch(CONTROL);
    }
  },
);

function dockerConfig(text: string): void {
  for (const key of ['.dockerconfigjson', '.dockercfg'] as const) {
    const logins = readDockerConfig('pull', key, text);
    if (typeof logins === 'string') expect(logins).not.toMatch(CONTROL);
    else for (const image of IMAGES) loginsFor(image, logins);
  }
}

const IMAGES = [
  'registry.example.com:5000/vendor/offload:1',
  'busybox',
  `${'a'.repeat(200)}.example.com/x`,
].map((text) => parseImageReference(text)!);

eachOf('docker-configs', dockerConfig);
fuzz(
  'a pull secret in any words has logins, or says why not',
  garbled(texts('docker-configs')),
  dockerConfig,
);
fuzz(
  'a pull secret of any form has logins, or says why not',
  mutated(texts('docker-configs').map(json)),
  (config) => dockerConfig(JSON.stringify(config) ?? ''),
);

function imageReference(text: string): void {
  const reference = parseImageReference(text);
  if (reference === null) return;
  // What is read is what an address is made of.
  const url = new URL(
    `https://${reference.registry}/v2/${reference.repository}/manifests/${reference.tag ?? ''}`,
  );
  expect([url.username, url.password, url.search, url.hash]).toEqual(['', '', '', '']);
  expect(url.pathname).toBe(`/v2/${reference.repository}/manifests/${reference.tag ?? ''}`);
  matchesPattern(reference, text);
  const digest = `sha256:${'0'.repeat(64)}`;
  expect(parseImageReference(pinnedReference(reference, digest))).toEqual({
    ...reference,
    tag: null,
    digest,
  });
}

eachOf('image-references', imageReference);
fuzz(
  'a reference of an image is refused, or means one address',
  garbled(texts('image-references')),
  imageReference,
);

function challenge(text: string): void {
  const read = readChallenge(text);
  if (read?.scheme === 'bearer') expect(URL.canParse(read.realm)).toBe(true);
}

eachOf('challenges', challenge);
fuzz('a challenge in any words is read or not understood', garbled(texts('challenges')), challenge);

const STATES = ['waiting', 'running', 'terminated'] as const;

fuzz(
  'whatever words a Pod, its events and an import have, they become clauses of bounded length',
  fc.record({ reason: nastyText, message: nastyText, phase: nastyText, state: fc.constantFrom(...STATES) }),
  ({ reason, message, phase, state }) => {
    const condition = { type: 'PodScheduled', status: 'False', reason, message };
    const status = { name: 'plugin', state: { [state]: { reason, message, exitCode: 1 } } };
    const event = { reason, message, lastTimestamp: message } as unknown as Event;
    for (const conditions of [
      [],
      [condition],
      [{ ...condition, type: 'DisruptionTarget', status: 'True' }],
    ]) {
      const pod = {
        status: { phase: 'Pending', reason, conditions, containerStatuses: [status] },
      } as unknown as Pod;
      const delay = startDelay(pod, [event]);
      if (delay !== null) expect(['ordinary', 'trouble', 'final']).toContain(delay.kind);
      for (const clause of [delay?.clause, whyNoPod([event])?.clause, whyEnded(pod, 'plugin')]) {
        expect((clause ?? '').length).toBeLessThan(LONGEST_CLAUSE);
      }
      podEnd(pod);
    }
    const running = { type: 'Running', status: 'False', message };
    const volume = { status: { phase, progress: message, conditions: [running] } } as unknown as DataVolume;
    const copy = importState(volume);
    if (copy.kind === 'copying' && copy.fraction !== null) {
      expect(copy.fraction >= 0 && copy.fraction <= 1).toBe(true);
    }
  },
);

function lastWords(text: string): void {
  const sentence = importerSentence(text);
  expect(sentence.length).toBeLessThanOrEqual(300);
  expect(sentence).not.toMatch(/[\n\r]/);
  if (text.trim() !== '') expect(sentence).not.toBe('');
  isDeviceDenied(sentence);
}

eachOf('importer-words', lastWords);
fuzz(
  'the last words of an importer are one line, whatever they are',
  garbled(texts('importer-words')),
  lastWords,
);
fuzz(
  'a flood of what looks like a log costs no more than its length',
  fc
    .tuple(fc.constantFrom(...LOG_PIECES, ...texts('importer-words')), fc.constantFrom(...LOG_PIECES))
    .map(([one, other]) => `${one}${other}`.repeat(20_000).slice(0, 400_000)),
  lastWords,
);

fuzz(
  'whatever an API server answers instead of an object is a failure of a known kind',
  fc.record({ status: fc.integer({ min: 300, max: 599 }), body: fc.oneof(nastyText, fc.json()) }),
  ({ status, body }) => {
    const call = { verb: 'get', plural: 'pods', namespace: 'migrated', name: 'web' };
    const failed = clusterFailure(ApiError.fromBody(call, status, body)) as ApplicationFailure;
    expect(isFailureKind(failed.type ?? '')).toBe(true);
    expect(failed.message.length).toBeLessThan(LONGEST_CLAUSE);
  },
);

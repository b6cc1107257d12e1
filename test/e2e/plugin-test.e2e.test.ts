import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testPlugin, type PluginReport, type Point, POINTS } from '../../kit';
import { loadCluster } from '../../lab/apply';
import { labImage } from '../../lab/lab-images';
import { openLabSite } from '../../lab/plugin-site';
import type { LabState } from '../../lab/state';
import { pushImage } from '../../lab/push-image';
import { limit } from '../../plan/concurrency';
import {
  BROKEN_PLUGINS,
  brokenImage,
  type BrokenName,
  goImage,
  pythonImage,
} from '../support/broken-plugins';
import { startWholeLab, type WholeLab } from '../support/whole-lab';
import { contentsOf } from '../../lab/contents';
import { TARGET_NAMESPACE } from './site';

/** These come to the command as files, all others from the lab's registry. */
const AS_ARCHIVE: BrokenName = 'needs_root';
const AS_LAYOUT: BrokenName = 'copies_nothing';
/** All broken plugins and all points take minutes. Else some are asked for their own points: those that once passed for good. */
const ALL_POINTS = Boolean(process.env.DROVER_ALL_POINTS);
const ALL_NAMES = Object.keys(BROKEN_PLUGINS) as BrokenName[];
const FEW_NAMES: readonly BrokenName[] = [
  'starts_again',
  'names_its_task_for_the_vm',
  'cuts_the_copy_id',
  'zeroes_the_tail',
  'copies_the_base',
  'takes_a_finished_task',
  AS_ARCHIVE,
  AS_LAYOUT,
];
const NAMES = ALL_POINTS ? ALL_NAMES : FEW_NAMES;
/** What an example in another language may do otherwise than the one in JavaScript. */
const FEW_POINTS: readonly Point[] = ['sigterm', 'adoption', 'snapshots'];
/** What a file system may show otherwise than a device. */
const FILE_POINTS: readonly Point[] = ['bytes', 'quiet', 'sigterm', 'finished-task', 'odd-size'];

let whole: WholeLab;
let dir: string;
let before: string[];
let references: Map<string, Answer>;
let onCluster: Answer;
let broken: Map<BrokenName, PluginReport>;

interface Answer {
  code: number;
  report: PluginReport;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-broken-'));
  whole = await startWholeLab({ worker: false });
  before = await contents();
  const { registry, dir: labDir } = whole.lab.state;
  const image = labImage(registry, 'offload-plugin');
  const python = labImage(registry, 'offload-plugin-python');
  const go = labImage(registry, 'offload-plugin-go');
  await pushImage(pythonImage(), { reference: python });
  await pushImage(await goImage(), { reference: go });
  // Side by side, for most of a test is waiting; but each has a worker's load of Pods.
  const inTurn = limit(4);
  const inLab = ['--dir', labDir];
  const [first, second, third, cluster, ...others] = await Promise.all([
    inTurn(() => command(image, inLab)),
    inTurn(() => command(python, [...inLab, '--supports', 'snapshots', ...pointArguments(FEW_POINTS)])),
    inTurn(() => command(go, [...inLab, '--supports', 'snapshots', ...pointArguments(FEW_POINTS)])),
    inTurn(() => command(image, [...clusterArguments(whole.lab.state), ...pointArguments(FILE_POINTS)])),
    ...NAMES.map((name) => inTurn(() => reportOf(name))),
  ]);
  references = new Map([
    ['JavaScript', first],
    ['Python', second],
    ['Go', third],
  ]);
  onCluster = cluster;
  broken = new Map(NAMES.map((name, index) => [name, others[index] as PluginReport]));
}, 600_000);

afterAll(async () => {
  await whole.stop();
  rmSync(dir, { recursive: true });
});

function contents(): Promise<string[]> {
  return contentsOf(loadCluster(whole.lab.state.kubeconfig), TARGET_NAMESPACE);
}

function pointArguments(few: readonly Point[]): string[] {
  return ALL_POINTS ? [] : few.flatMap((point) => ['--point', point]);
}

/** As a vendor would test on a cluster and an array of theirs. */
function clusterArguments({ kubeconfig, manifestsDir, arrayUrl, registry }: LabState): string[] {
  return [
    ...['--kubeconfig', kubeconfig, '-f', join(manifestsDir, 'providers.yaml'), '--vm', 'archive'],
    ...['--namespace', TARGET_NAMESPACE, '--storage-class', 'fast-files', '--volume-mode', 'Filesystem'],
    ...['--var', `ARRAY_URL=${arrayUrl}`, '--reader-image', labImage(registry, 'pause')],
  ];
}

async function command(image: string, where: readonly string[]): Promise<Answer> {
  const answer = await whole.run('plugin', 'test', image, ...where, '-o', 'json');
  if (answer.stdout === '') throw new Error(answer.stderr);
  return { code: answer.code, report: JSON.parse(answer.stdout) as PluginReport };
}

async function reportOf(name: BrokenName): Promise<PluginReport> {
  const own = Object.keys(BROKEN_PLUGINS[name].breaks) as Point[];
  const points = ALL_POINTS ? (Object.keys(POINTS) as Point[]) : own;
  const recipe = brokenImage(name);
  if (name === AS_ARCHIVE || name === AS_LAYOUT) {
    const image = join(dir, `${name}.image`);
    await pushImage(recipe, name === AS_LAYOUT ? { layout: image } : { archive: image });
    const { code, report } = await command(image, ['--dir', whole.lab.state.dir, ...pointArguments(own)]);
    expect(code).toBe(5);
    return report;
  }
  const image = labImage(whole.lab.state.registry, name.replaceAll('_', '-'));
  await pushImage(recipe, { reference: image });
  const { site, close } = await openLabSite({
    image,
    dir: whole.lab.state.dir,
    vars: {},
    disk: 0,
    snapshots: true,
    log: () => undefined,
    signal: new AbortController().signal,
  });
  return testPlugin(site, points).finally(close);
}

test.each(['JavaScript', 'Python', 'Go'])(
  'the example in %s keeps each point that it is asked for',
  (language) => {
    const { code, report } = references.get(language) as Answer;
    expect(report.points.filter(({ verdict }) => verdict !== 'kept')).toEqual([]);
    expect({ code, kept: report.kept }).toEqual({ code: 0, kept: true });
  },
);

test('on a cluster it keeps what a disk so small can show, also on a file system', () => {
  const { points } = onCluster.report;
  const others = points.filter(({ verdict }) => verdict !== 'kept');
  // Nothing slows the copies down here.
  expect(others.filter(({ found }) => !/larger disk|before it could be|--odd-disk/.test(found))).toEqual([]);
  expect(['sigterm', 'adoption', 'disks', 'copy-id', 'odd-size']).toEqual(
    expect.arrayContaining(others.map(({ point }) => point)),
  );
});

test.each(NAMES.map((name) => [name.replaceAll('_', ' '), name] as const))(
  'a plugin that %s breaks that point, and is told what was seen',
  (_, name) => {
    const report = broken.get(name);
    const { breaks, mayBreak = {} } = BROKEN_PLUGINS[name];
    const points = report?.points.filter(({ verdict }) => verdict === 'broken') ?? [];
    const sure = points.filter(({ point, found }) => mayBreak[point]?.test(found) !== true);
    const expected = Object.entries(breaks).map(([point, found]) => [point, expect.stringMatching(found)]);
    expect(report?.kept).toBe(false);
    expect(Object.fromEntries(sure.map(({ point, found }) => [point, found]))).toEqual(
      Object.fromEntries(expected),
    );
  },
);

test('nothing of a test is left', async () => {
  expect(await contents()).toEqual(before);
});

test('an image that is not there breaks one point', async () => {
  const { code, report } = await command(labImage(whole.lab.state.registry, 'no-such-plugin'), [
    '--dir',
    whole.lab.state.dir,
  ]);
  expect(code).toBe(5);
  expect(report.points.filter(({ verdict }) => verdict === 'broken')).toEqual([
    expect.objectContaining({
      point: 'copies',
      found: expect.stringMatching(/^(ErrImagePull|ImagePullBackOff)/),
    }),
  ]);
  expect(report.points.filter(({ verdict }) => verdict === 'kept')).toEqual([]);
});

test('a point that the contract does not have is refused before anything starts', async () => {
  const answer = await whole.run(
    'plugin',
    'test',
    'i:1',
    '--dir',
    join(dir, 'nowhere'),
    '--point',
    'sigkill',
  );
  expect(answer).toMatchObject({ code: 2, stdout: '' });
  expect(answer.stderr).toContain('--point sigkill: there is no such point; the points are copies, bytes');
});

test('a lab that does not run, and a VM that is on, are refused', async () => {
  const nowhere = await whole.run('plugin', 'test', 'i:1', '--dir', join(dir, 'nowhere'));
  expect(nowhere).toMatchObject({ code: 2, stdout: '' });
  expect(nowhere.stderr).toContain('no lab is running in');
  const on = await whole.run('plugin', 'test', 'i:1', '--dir', whole.lab.state.dir, '--vm', 'web01');
  expect(on).toMatchObject({ code: 2, stdout: '' });
  expect(on.stderr).toContain('VM web01 is poweredOn');
});

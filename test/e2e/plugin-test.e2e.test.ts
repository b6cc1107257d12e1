import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testPlugin, type PluginReport } from '../../kit';
import { loadCluster } from '../../lab/apply';
import { labImage } from '../../lab/lab-images';
import { openLabSite } from '../../lab/plugin-site';
import type { LabState } from '../../lab/state';
import { pushImage } from '../../lab/push-image';
import { limit } from '../../workflows/concurrency';
import { BROKEN_PLUGINS, brokenImage, type BrokenName } from '../support/broken-plugins';
import { startWholeLab, type WholeLab } from '../support/whole-lab';
import { contentsOf } from '../../lab/contents';
import { TARGET_NAMESPACE } from './site';

const NAMES = Object.keys(BROKEN_PLUGINS) as BrokenName[];
/** These come to the command as files, all others from the lab's registry. */
const AS_ARCHIVE: BrokenName = 'needs root';
const AS_LAYOUT: BrokenName = 'says done without a copy';

let whole: WholeLab;
let dir: string;
let before: string[];
let reference: Answer;
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
  // Side by side, for most of a test is waiting; but each has a worker's load of Pods.
  const inTurn = limit(4);
  const image = labImage(whole.lab.state.registry, 'offload-plugin');
  const [first, second, ...others] = await Promise.all([
    inTurn(() => command(image, ['--dir', whole.lab.state.dir])),
    inTurn(() => command(image, clusterArguments(whole.lab.state))),
    ...NAMES.map((name) => inTurn(() => reportOf(name))),
  ]);
  reference = first;
  onCluster = second;
  broken = new Map(NAMES.map((name, index) => [name, others[index] as PluginReport]));
}, 300_000);

afterAll(async () => {
  await whole.stop();
  rmSync(dir, { recursive: true });
});

function contents(): Promise<string[]> {
  return contentsOf(loadCluster(whole.lab.state.kubeconfig), TARGET_NAMESPACE);
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
  const folder = name.replaceAll(/\W+/g, '-').toLowerCase();
  const recipe = await brokenImage(name, join(dir, folder));
  if (name === AS_ARCHIVE || name === AS_LAYOUT) {
    const image = join(dir, `${folder}.image`);
    await pushImage(recipe, name === AS_LAYOUT ? { layout: image } : { archive: image });
    const { code, report } = await command(image, ['--dir', whole.lab.state.dir]);
    expect(code).toBe(5);
    return report;
  }
  const image = labImage(whole.lab.state.registry, folder);
  await pushImage(recipe, { reference: image });
  const { site, close } = await openLabSite({
    image,
    dir: whole.lab.state.dir,
    vars: {},
    disk: 0,
    log: () => undefined,
    signal: new AbortController().signal,
  });
  return testPlugin(site).finally(close);
}

test('the reference plugin keeps every point of the contract', () => {
  const { code, report } = reference;
  expect(report.points.filter(({ verdict }) => verdict !== 'kept')).toEqual([]);
  expect({ code, kept: report.kept }).toEqual({ code: 0, kept: true });
});

test('on a cluster it keeps what a disk so small can show, also on a file system', () => {
  const { points } = onCluster.report;
  const others = points.filter(({ verdict }) => verdict !== 'kept');
  // Nothing slows the copies down here.
  expect(others.filter(({ found }) => !/larger disk|before it could be/.test(found))).toEqual([]);
  expect(['sigterm', 'adoption']).toEqual(expect.arrayContaining(others.map(({ point }) => point)));
});

test.each(NAMES)('a plugin that %s breaks that point, and is told what was seen', (name) => {
  const report = broken.get(name);
  const { breaks, mayBreak = {} } = BROKEN_PLUGINS[name];
  const points = report?.points.filter(({ verdict }) => verdict === 'broken') ?? [];
  const sure = points.filter(({ point, found }) => mayBreak[point]?.test(found) !== true);
  const expected = Object.entries(breaks).map(([point, found]) => [point, expect.stringMatching(found)]);
  expect(report?.kept).toBe(false);
  expect(Object.fromEntries(sure.map(({ point, found }) => [point, found]))).toEqual(
    Object.fromEntries(expected),
  );
});

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

test('a lab that does not run, and a VM that is on, are refused', async () => {
  const nowhere = await whole.run('plugin', 'test', 'i:1', '--dir', join(dir, 'nowhere'));
  expect(nowhere).toMatchObject({ code: 2, stdout: '' });
  expect(nowhere.stderr).toContain('no lab is running in');
  const on = await whole.run('plugin', 'test', 'i:1', '--dir', whole.lab.state.dir, '--vm', 'web01');
  expect(on).toMatchObject({ code: 2, stdout: '' });
  expect(on.stderr).toContain('VM web01 is poweredOn');
});

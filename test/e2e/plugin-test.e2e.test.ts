import type { PluginReport } from '../../kit';
import { loadCluster } from '../../lab/apply';
import { startWholeLab, type CommandResult, type WholeLab } from '../support/whole-lab';
import { contentsOf } from './namespace';
import { TARGET_NAMESPACE } from './site';

let whole: WholeLab;
let before: string[];
let reference: CommandResult;

beforeAll(async () => {
  whole = await startWholeLab({ worker: false });
  before = await contents();
  const { dir } = whole.lab.state;
  const image = 'lab.drover.dev/offload-plugin:1';
  reference = await whole.run('plugin', 'test', image, '--dir', dir, '-o', 'json');
}, 240_000);

afterAll(() => whole.stop());

function contents(): Promise<string[]> {
  return contentsOf(loadCluster(whole.lab.state.kubeconfig), TARGET_NAMESPACE);
}

test('the reference plugin keeps every point of the contract', () => {
  const report = JSON.parse(reference.stdout) as PluginReport;
  expect(report.points.filter(({ verdict }) => verdict !== 'kept')).toEqual([]);
  expect({ code: reference.code, kept: report.kept }).toEqual({ code: 0, kept: true });
});

test('nothing of a test is left', async () => {
  expect(await contents()).toEqual(before);
});

test('a lab that does not run, and a VM that is on, are refused', async () => {
  const { dir } = whole.lab.state;
  const nowhere = await whole.run('plugin', 'test', 'i:1', '--dir', '/nowhere');
  expect(nowhere).toMatchObject({ code: 2, stdout: '' });
  expect(nowhere.stderr).toContain('no lab is running in /nowhere');
  const on = await whole.run('plugin', 'test', 'i:1', '--dir', dir, '--vm', 'web01');
  expect(on).toMatchObject({ code: 2, stdout: '' });
  expect(on.stderr).toContain('VM web01 is poweredOn');
});

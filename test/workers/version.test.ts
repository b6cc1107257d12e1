/** A worker that is given a version, on servers that know versions and on one that does not. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { versionToUse } from '../../workers/version';
import { drover } from '../client/recording-io';
import { startTemporal } from '../support/temporal';

const VERSION = { deploymentName: 'drover', buildId: '0.2.0' };

let without: TestWorkflowEnvironment;
let versioned: TestWorkflowEnvironment;
beforeAll(async () => {
  const off = ['system.enableDeploymentVersions=false'];
  [without, versioned] = await Promise.all([startTemporal(undefined, off), startTemporal()]);
});
afterAll(() => Promise.all([without.teardown(), versioned.teardown()]));

test('a worker that is given none has none', async () => {
  expect(await versionToUse(null, versioned.connection, 'default')).toEqual({
    isUsed: false,
    options: {},
    shown: {},
    note: null,
  });
});

test('on a server without versions the worker runs without, and says so in one line', async () => {
  const { isUsed, options, note } = await versionToUse(VERSION, without.connection, 'default');
  expect({ isUsed, options }).toEqual({ isUsed: false, options: {} });
  expect(note).toBe(
    'this Temporal server has no worker versions: the worker runs without, and DROVER_BUILD_ID=0.2.0 has no effect; upgrade all workers together',
  );
});

test('a version that nobody has made the current one says how to do that', async () => {
  const { isUsed, shown, note } = await versionToUse(VERSION, versioned.connection, 'default');
  expect({ isUsed, shown }).toEqual({ isUsed: true, shown: { deployment: 'drover', build: '0.2.0' } });
  expect(note).toContain('it takes no new work until: drover versions set-current 0.2.0');
});

test('a namespace that is missing is not taken for a deployment that is', async () => {
  await expect(versionToUse(VERSION, versioned.connection, 'nowhere')).rejects.toThrow(
    'Namespace nowhere is not found',
  );
});

test('the command says what it knows of a server without versions, and refuses what needs them', async () => {
  const env = { TEMPORAL_ADDRESS: without.address, TEMPORAL_NAMESPACE: 'default' };
  const { code, stdout } = await drover(env, 'versions', 'list');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^- +unversioned +current +0 /m);
  expect(stdout).toContain(
    'this Temporal server has no worker versions: all workers of task queue drover are upgraded together',
  );
  for (const words of [
    ['may-retire', '1'],
    ['set-current', '1'],
  ]) {
    const refused = await drover(env, 'versions', ...words);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('this Temporal server has no worker versions');
  }
});

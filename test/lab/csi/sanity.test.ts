/** The CSI specification's own tests (csi-test), on the lab's driver. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { csiObstacle } from '../../../lab/csi';
import { buildProgram } from '../../../lab/own-program';
import { BUILD_TIMEOUT_MS, TestDriver, testOfDriver } from './driver';

const MEBIBYTE = 1 << 20;

const itOfDriver = testOfDriver();
let driver: TestDriver;

beforeAll(async () => {
  if (csiObstacle() !== null) return;
  await buildProgram('csi-sanity', () => undefined);
  driver = new TestDriver();
  await driver.open();
}, BUILD_TIMEOUT_MS);
afterAll(() => driver?.close());

itOfDriver.each(['mount', 'block'])(
  'the driver does what the specification says of %s volumes',
  async (access) => {
    const options = {
      endpoint: `unix:${driver.socket}`,
      mountdir: join(driver.kubeletDir, `target-${access}`),
      stagingdir: join(driver.kubeletDir, `staging-${access}`),
      testvolumeaccesstype: access,
      testvolumesize: 16 * MEBIBYTE,
      testvolumeexpandsize: 32 * MEBIBYTE,
    };
    const args = [
      '--ginkgo.no-color',
      ...Object.entries(options).map(([name, value]) => `--csi.${name}=${value}`),
    ];
    const sanity = driver.within([await buildProgram('csi-sanity', () => undefined), ...args]);
    const run = promisify(execFile)(sanity.command, sanity.args);
    const { stdout } = await run.catch((error: { stdout: string }) => error);
    expect(stdout).toMatch(/SUCCESS! -- \d+ Passed \| 0 Failed/);
    expect(driver.devices()).toEqual([]);
  },
);

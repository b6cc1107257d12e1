/** A conversion whose Pod can't start: whoever looks on reads why while it waits, and as what the VM parks. */
import { labEnvironment } from '../../lab/worker-process';
import { vmId } from '../../plan/workflow-ids';
import { startDrover } from '../support/drover-process';
import { plan, planFile, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

const START_DEADLINE_SECONDS = 30;
const WHY = /(ErrImagePull|ImagePullBackOff): \S+/;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open([vm('waiting', ['block'])]);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

test('status and --watch show why before it parks; after convertStartDeadline the VM parks with it', async () => {
  const { whole, source } = stage;
  const { state: lab } = whole.lab;
  const manifests = plan(lab, ['waiting'], {
    drover: {
      conversionImage: `${lab.registry}/nowhere:1`,
      convertStartDeadline: `${START_DEADLINE_SECONDS}s`,
      convertAttempts: 1,
    },
  });
  const { vms } = await whole.drover.checkPlan(manifests);
  const [frozen] = vms;
  if (frozen === undefined) throw new Error('the plan was refused');
  const workflowId = vmId({ vcenterUuid: frozen.vcenterUuid, moref: frozen.vm.moref });

  const watching = startDrover(['migrate', '-f', planFile(lab, manifests), '--watch'], labEnvironment(lab));
  await watching.said(/waiting: convert/);
  await watching.said(WHY);
  expect(await stage.state({ workflowId })).toMatchObject({ phase: 'convert', attention: null });
  expect((await whole.run('status', 'waiting')).stdout).toMatch(WHY);

  const { code, stdout, stderr } = await watching.ended;
  expect(code).toBe(3);
  expect(stdout + stderr).toMatch(
    new RegExp(`ConversionNotStarted.*did not begin: not within ${START_DEADLINE_SECONDS} s: ${WHY.source}`),
  );
  expect((await whole.run('status', 'waiting')).stdout).toMatch(/ConversionNotStarted/);
  expect((await source.power(frozen.vm.moref)).state).toBe('poweredOff');
});

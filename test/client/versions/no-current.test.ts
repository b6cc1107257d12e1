/** Workers that nobody has given new work: a first version, just started. */
import { DroverClient } from '../../../client';
import { eventually } from '../../support/eventually';
import { WorkflowLab } from '../../support/workflow-lab';
import { drover } from '../recording-io';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start({ build: 'a' });
});
afterAll(() => lab.stop());

test('a start does not wait for them: it says which version to make the current one, and then it does', async () => {
  await using client = await DroverClient.connect({ env: lab.shell });
  await eventually(async () => (await client.versions()).versions.some(({ workers }) => workers.length > 0));
  await expect(client.requireReady()).rejects.toMatchObject({
    code: 'NoWorker',
    message:
      'no worker of the current version polls task queue "drover" in namespace "default", only of drover:a; make that the current one: drover versions set-current a',
  });

  await eventually(async () => (await drover(lab.shell, 'versions', 'set-current', 'a')).code === 0);
  await client.requireReady();
});

test('workers without a version cannot be given new work where none runs', async () => {
  const { code, stderr } = await drover(lab.shell, 'versions', 'set-current', 'unversioned');
  expect(code).toBe(2);
  expect(stderr).toContain(
    'no worker of version unversioned polls task queue "drover": workers of drover:a poll it',
  );
});

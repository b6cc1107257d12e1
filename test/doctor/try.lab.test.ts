/** What `drover doctor --try` makes on the lab's cluster and shows, and that nothing of it is left. */
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { runCli } from '../../client/cli';
import { TRIED } from '../../doctor/try/scratch';
import { labImage } from '../../lab/lab-images';
import { pushImage } from '../../lab/push-image';
import { drover, RecordingIo } from '../client/recording-io';
import { useCluster, useLab } from '../support/lab';
import { eventuallyPasses } from '../support/eventually';
import { serveImage } from '../support/image-server';
import { COMMON, fileArguments } from '../support/lab-manifests';
import { findingsIn } from './findings';

/** A trial gives each Pod three minutes, and as many to the removal. */
jest.setTimeout(480_000);

let cluster: KubeConfig;
beforeAll(() => {
  cluster = useCluster();
});

function trialArguments(kubeconfig = useLab().kubeconfig): string[] {
  const { registry } = useLab();
  const pause = labImage(registry, 'pause');
  const images = { binder: pause, reader: pause, conversion: labImage(registry, 'conversion') };
  return [
    ...['doctor', '--kubeconfig', kubeconfig, '--try'],
    ...Object.entries(images).flatMap(([name, image]) => [`--${name}-image`, image]),
    ...['fast-block', 'fast-files'].flatMap((name) => ['--storage-class', name]),
  ];
}

async function leftNamespaces(): Promise<(string | undefined)[]> {
  const { items } = await cluster.makeApiClient(CoreV1Api).listNamespace({ labelSelector: TRIED });
  return items.map(({ metadata }) => metadata?.name);
}

async function triedPods(): Promise<number> {
  const { items } = await cluster.makeApiClient(CoreV1Api).listPodForAllNamespaces({ labelSelector: TRIED });
  return items.length;
}

const of = (stdout: string, ...ids: string[]) =>
  findingsIn(stdout).filter(({ check }) => ids.includes(check));

test('volumes, an import, a conversion image and ways are tried, and all of it is gone afterwards', async () => {
  const files = fileArguments(useLab(), COMMON[0]);
  const image = await serveImage(1024 ** 2);
  const trial = [...trialArguments(), '--import-from', image.url, ...files, '-o', 'json'];
  const { stdout, stderr } = await drover({}, ...trial).finally(() => image.stop());
  expect(stderr).toMatch(/^trying on the cluster, .*\n$/);
  expect(
    of(stdout, 'trial', 'tried-volumes', 'device-ownership').map(({ severity, found }) => [severity, found]),
  ).toEqual([
    ['fine', 'a Pod of user 107 may write to a device'],
    ['fine', 'everything was tried'],
    ['fine', 'class fast-block, Block: a Pod of user 107 reads what it wrote'],
    ['fine', 'class fast-block, Filesystem: a Pod of user 107 reads what it wrote'],
    ['fine', 'class fast-files, Filesystem: a Pod of user 107 reads what it wrote'],
  ]);
  expect(of(stdout, 'tried-import')).toMatchObject([
    {
      severity: 'fine',
      found: `CDI imports an image of ${new URL(image.url).host} into class fast-block, Block`,
    },
  ]);
  expect(of(stdout, 'tried-conversion')[0]).toMatchObject({
    severity: 'fine',
    found: expect.stringContaining('virt-v2v') as string,
  });
  // No ESXi runs in the lab, and its vCenter is on this machine.
  expect(of(stdout, 'tried-network')).toMatchObject([
    {
      severity: 'warning',
      found: expect.stringMatching(/^a Pod does not reach \d+ of \d+: esxi-.*:443/) as string,
    },
  ]);
  expect(await leftNamespaces()).toEqual([]);
});

test('CDI imports a container disk of a registry', async () => {
  const { kubeconfig, registry } = useLab();
  const [pause, disk] = [labImage(registry, 'pause'), labImage(registry, 'tiny-disk')];
  await pushImage(
    { layers: [{ entries: [{ path: '/disk/tiny.img', content: 'disk' }] }] },
    { reference: disk },
  );
  const trial = ['--try', '--storage-class', 'fast-files', '--import-from', `docker://${disk}`];
  const images = ['--binder-image', pause, '--reader-image', pause];
  const { code, stdout } = await drover(
    {},
    ...['doctor', '--kubeconfig', kubeconfig, ...trial, ...images, '-o', 'json'],
  );
  expect(of(stdout, 'tried-import')).toMatchObject([
    { severity: 'fine', found: `CDI imports an image of ${registry} into class fast-files, Filesystem` },
  ]);
  expect(code).toBe(0);
});

test('Ctrl-C ends it, and leaves nothing', async () => {
  const io = new RecordingIo();
  const code = runCli(trialArguments(), io);
  await io.stderr.written('trying on the cluster');
  await eventuallyPasses(async () => expect(await triedPods()).toBeGreaterThan(0), 120);
  io.pressCtrlC();
  expect(await code).toBe(130);
  expect(io.stdout.text).toContain('it was broken off');
  expect(await leftNamespaces()).toEqual([]);
});

test('a login that may make no namespace tries nothing', async () => {
  const { stdout } = await drover({}, ...trialArguments(useLab().workerKubeconfig), '-o', 'json');
  expect(of(stdout, 'trial')).toMatchObject([
    {
      severity: 'warning',
      found: expect.stringMatching(/^not known: may not create namespaces drover-doctor-/) as string,
    },
  ]);
  expect(of(stdout, 'tried-volumes', 'tried-conversion')).toEqual([]);
});

/** What `drover doctor -f provider.yaml` says of the lab's vCenter, with each prerequisite taken away in turn. */
import { CoreV1Api, type KubeConfig, type V1Secret } from '@kubernetes/client-node';
import { PLAN_NAMESPACE, PROVIDER_SECRET } from '../../lab/cluster-objects';
import { SERVERS } from '../../plan/consent';
import { drover } from '../client/recording-io';
import { dropNamespace, freshNamespace, useCluster, useLab } from '../support/lab';
import { editedArguments } from '../support/lab-manifests';
import { type Finding, findingsIn } from './findings';
import { editingProxy, type EditingProxy } from './editing-proxy';

let cluster: KubeConfig;
let namespace: string;
let lent: V1Secret;

beforeAll(async () => {
  cluster = useCluster();
  namespace = await freshNamespace(cluster, { restricted: true });
  lent = await cluster
    .makeApiClient(CoreV1Api)
    .readNamespacedSecret({ name: PROVIDER_SECRET, namespace: PLAN_NAMESPACE });
});

afterAll(() => dropNamespace(cluster, namespace));

/** With a Secret as the lab's, but for a change. */
async function examine(
  name: string,
  change: Partial<V1Secret> | null,
  url = useLab().vcenter.url,
): Promise<{ code: number; findings: Finding[] }> {
  if (change !== null) {
    const { labels, annotations } = lent.metadata ?? {};
    const body = { data: lent.data, ...change, metadata: { name, labels, annotations, ...change.metadata } };
    await cluster.makeApiClient(CoreV1Api).createNamespacedSecret({ namespace, body });
  }
  const files = editedArguments(useLab(), {
    'providers.yaml': [
      [
        `name: ${PROVIDER_SECRET}\n    namespace: ${PLAN_NAMESPACE}`,
        `name: ${name}\n    namespace: ${namespace}`,
      ],
      [useLab().vcenter.url, url],
    ],
  });
  const args = ['--kubeconfig', useLab().kubeconfig, '--namespace', namespace, ...files, '-o', 'json'];
  const { code, stdout, stderr } = await drover({}, 'doctor', ...args);
  expect(stderr).toBe('');
  return { code, findings: findingsIn(stdout) };
}

const of = (findings: readonly Finding[], ...ids: string[]) =>
  findings.filter(({ check }) => ids.includes(check));
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('a vCenter that has all is fine', async () => {
  const { code, findings } = await examine('sound', {});
  const ids = [
    'provider-secret',
    'vcenter',
    'vcenter-clock',
    'vcenter-vms',
    'vcenter-privileges',
    'esxi-hosts',
    'datastores',
  ];
  expect(of(findings, ...ids).map(({ check, severity }) => [check, severity])).toEqual(
    ids.map((id) => [id, 'fine']),
  );
  expect(of(findings, 'vcenter')[0]?.found).toMatch(
    /vCenter.*\(API \d.*certificate with SHA-256 ([0-9A-F]{2}:){31}/,
  );
  expect(code).toBe(0);
});

test.each<[string, string, Partial<V1Secret> | null, string, string, RegExp]>([
  [
    'a Secret that is not there',
    'absent',
    null,
    'provider-secret',
    'warning',
    /there is no Secret test-.*\/absent/,
  ],
  [
    'a Secret that its owner does not lend',
    'unlent',
    { metadata: { labels: {}, annotations: {} } },
    'provider-secret',
    'critical',
    /does not say/,
  ],
  [
    'a wrong password',
    'password',
    { data: { password: base64('no') } },
    'vcenter',
    'critical',
    /refuses user and password/,
  ],
  [
    'another certificate',
    'certificate',
    { data: { thumbprint: base64(Array(20).fill('AA').join(':')) } },
    'vcenter',
    'critical',
    /certificate with SHA-1 .* is refused/,
  ],
])('%s', async (...[, name, change, check, severity, found]) => {
  const data = change?.data === undefined ? {} : { data: { ...lent.data, ...change.data } };
  const { code, findings } = await examine(name, change === null ? null : { ...change, ...data });
  expect(of(findings, check)).toMatchObject([{ severity, found: expect.stringMatching(found) as string }]);
  // Nothing is said of a vCenter that nobody was let into.
  expect(of(findings, 'vcenter-vms', 'esxi-hosts', 'datastores')).toEqual([]);
  expect(code).toBe(severity === 'critical' ? 2 : 0);
});

describe('a vCenter', () => {
  let proxy: EditingProxy;
  beforeAll(async () => {
    proxy = await editingProxy(useLab().vcenter.url);
  });
  afterAll(() => proxy.close());

  async function examineEdited(name: string, edit: (answer: string) => string) {
    proxy.edit = (_, answer) => edit(answer);
    const { user, password } = lent.data ?? {};
    const { labels, annotations } = lent.metadata ?? {};
    const metadata = { name, labels, annotations: { ...annotations, [SERVERS]: new URL(proxy.url).host } };
    const data = { user: user ?? '', password: password ?? '', thumbprint: base64(proxy.thumbprint) };
    return examine(name, { metadata, data }, `${proxy.url}/sdk`);
  }

  const matching = (text: RegExp) => expect.stringMatching(text) as string;

  test('that does not let the login switch its VMs off', async () => {
    const { code, findings } = await examineEdited('powerless', (answer) =>
      answer.replaceAll(/(<privId>VirtualMachine.Interact.PowerOff<\/privId>\s*<isGranted>)true/g, '$1false'),
    );
    expect(of(findings, 'vcenter-privileges')).toMatchObject([
      {
        severity: 'critical',
        found: matching(/VirtualMachine.Interact.PowerOff on (\d+) of \1 VMs/),
        remedy: matching(/role/),
      },
    ]);
    expect(code).toBe(2);
  });

  test('whose clock is an hour ahead', async () => {
    const { code, findings } = await examineEdited('hasty', (answer) =>
      answer.replace(
        /(<CurrentTimeResponse[^>]*>\s*<returnval[^>]*>)([^<]+)/,
        (_, before: string, time: string) => before + new Date(Date.parse(time) + 3_600_000).toISOString(),
      ),
    );
    expect(of(findings, 'vcenter-clock')).toMatchObject([
      { severity: 'warning', found: matching(/3\d\d\d seconds ahead of/), remedy: matching(/NTP/) },
    ]);
    expect(code).toBe(0);
  });
});

test('a vCenter where the Provider says that an ESXi host is', async () => {
  const settings = '  settings:\n    sdkEndpoint: esxi\n';
  const files = editedArguments(useLab(), {
    'providers.yaml': [['  type: vsphere\n', `  type: vsphere\n${settings}`]],
  });
  const { stdout } = await drover({}, 'doctor', '--kubeconfig', useLab().kubeconfig, ...files, '-o', 'json');
  const findings = findingsIn(stdout);
  expect(of(findings, 'vcenter')).toMatchObject([
    { severity: 'critical', found: expect.stringContaining('no ESXi host answers there') as string },
  ]);
});

test('a vCenter that is not there', async () => {
  const files = editedArguments(useLab(), {
    'providers.yaml': [[useLab().vcenter.url, 'https://127.0.0.1:1/sdk']],
  });
  const args = ['--kubeconfig', useLab().kubeconfig, ...files, '-o', 'json'];
  const { stdout } = await drover({}, 'doctor', ...args);
  const findings = findingsIn(stdout);
  // Its owner lends the login to one server alone: to any other it is never sent.
  expect(of(findings, 'provider-secret')).toMatchObject([{ severity: 'critical' }]);
  expect(of(findings, 'vcenter')).toMatchObject([{ severity: 'warning' }]);
});

/** docs/plugin-contract.md, held against what plugins really get. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { pluginJob } from '../../activities/kubernetes/objects/plugin-job';
import { copyMethodSchema, type FrozenDisk } from '../../plan/frozen';
import { vmRef } from '../../plan/vm-ref';
import { copyId } from '../../plan/names';
import { PLUGIN_CONTRACT_VERSION, RESERVED_PLUGIN_VARS } from '../../plan/plugin-contract';
import { pluginEndSchema, pluginProgressSchema } from '../../plan/plugin-output';
import { storageMapEntrySchema } from '../../plan/manifests/storage-map';
import { parse } from 'yaml';
import { BY_PLUGIN, frozenVm } from '../support/frozen-vm';

const contract = readFileSync(join(__dirname, '../../docs/plugin-contract.md'), 'utf8');

/** What the first cells of a table name in backquotes. */
function names(table: string): string[] {
  const [, rows = ''] =
    new RegExp(`\\| ${table} \\|[^\\n]*\\n\\| ---[^\\n]*\\n((?:\\|[^\\n]*\\n)+)`).exec(contract) ?? [];
  return rows
    .trim()
    .split('\n')
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

function jobOf(volumeMode: FrozenDisk['volumeMode']) {
  const vm = frozenVm({ methods: [BY_PLUGIN] });
  const [disk] = vm.disks;
  if (disk === undefined) throw new Error('no disk');
  const connection = {
    vcenterUrl: 'https://vc/sdk',
    vcenterThumbprint: 'AA',
    hostUrl: 'https://esx',
    hostThumbprint: 'BB',
  };
  const request = { vm: vmRef(vm), disk: { ...disk, volumeMode }, attempt: 1, copyId: 'c', connection };
  const volume = { name: 'pv', driver: 'csi', handle: 'h' };
  const pod = pluginJob({ request, image: 'i', vars: {}, secret: 'vendor-login', volume }).spec?.template
    .spec;
  const [container] = pod?.containers ?? [];
  if (pod === undefined || container === undefined) throw new Error('the Job has no container');
  return { pod, container };
}

test('its table names the variables of a Job, all of them and no others', () => {
  const variables = jobOf('Block').container.env?.map(({ name }) => name) ?? [];
  expect(names('variable').sort()).toEqual([...variables].sort());
  expect([...RESERVED_PLUGIN_VARS].sort()).toEqual([...variables].sort());
});

test('its files are where a Job mounts Secrets', () => {
  const mounts = jobOf('Block').container.volumeMounts?.map(({ mountPath }) => mountPath);
  const folders = names('file').map((file) => file.slice(0, file.lastIndexOf('/')));
  expect([...new Set(folders)]).toEqual(mounts);
});

test('a Job without a vendor Secret mounts none', () => {
  const { pod } = jobOf('Block');
  expect(pod.volumes?.map(({ secret }) => secret?.secretName).filter(Boolean)).toHaveLength(2);
  const method = copyMethodSchema.parse({ kind: 'plugin', image: 'i', vars: {} });
  expect(method).toEqual({ kind: 'plugin', image: 'i', vars: {} });
});

test.each(['Block', 'Filesystem'] as const)('it says where a target of mode %s is', (mode) => {
  const { env } = jobOf(mode).container;
  const path = env?.find(({ name }) => name === 'TARGET_PATH')?.value;
  expect(contract).toContain(`\`${path}\` (${mode}`);
});

test('it gives the version, the grace period and the user of a Job', () => {
  const { pod, container } = jobOf('Block');
  const version = container.env?.find(({ name }) => name === 'CONTRACT_VERSION')?.value;
  expect(version).toBe(PLUGIN_CONTRACT_VERSION);
  expect(contract).toContain(`# The offload plugin contract, version ${version}`);
  expect(contract).toContain(`${pod.terminationGracePeriodSeconds} seconds after SIGTERM`);
  expect(contract).toContain(`user and group are Drover's choice (${pod.securityContext?.runAsUser})`);
});

test('what it lets a plugin print keeps the schemas', () => {
  const printed = [...contract.matchAll(/```json\n([^]*?)```/g)].flatMap(([, text = '']) =>
    text.trim().split('\n'),
  );
  const ofEither = z.union([pluginProgressSchema, pluginEndSchema]);
  expect(printed).toHaveLength(3);
  for (const line of printed) expect(ofEither.safeParse(JSON.parse(line)).success).toBe(true);
});

test('its example of a map is sound', () => {
  const [, text = ''] = /```yaml\n([^]*?)```/.exec(contract) ?? [];
  expect(storageMapEntrySchema.array().safeParse(parse(text)).error).toBeUndefined();
});

test('no COPY_ID is longer than it says, or of other characters', () => {
  const id = copyId({ baseName: 'x'.repeat(40) }, 4294967295, 'filling');
  expect(id).toMatch(/^[-a-z0-9]{1,80}$/);
});

/** What is left of a migration that succeeded, when the cluster's garbage collector has been over it. */
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import {
  CONFIG_MAPS,
  type ConfigMap,
  DATA_VOLUMES,
  VIRTUAL_MACHINES,
  VOLUME_CLAIMS,
} from '../../activities/kubernetes/api/kinds';
import { eventuallyPasses } from '../support/eventually';
import { plan, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

const SIZE = 16 * 1024 * 1024;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open([vm('keeper', ['block', 'files', 'array'])]);
}, LAB_TIMEOUT_MS);

afterAll(() => stage.close(), LAB_TIMEOUT_MS);

function configMap(name: string, owner?: ConfigMap): ConfigMap {
  const { name: of = '', uid = '' } = owner?.metadata ?? {};
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: of, uid }];
  const metadata = { name, namespace: 'default', ...(owner === undefined ? {} : { ownerReferences }) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

/** Makes an owner and a dependent, removes the owner, and waits until the collector removed the dependent. */
async function collectorPassed(admin: ApiClient): Promise<void> {
  const owner = await admin.create(CONFIG_MAPS, configMap('owner'));
  const dependent = { name: 'dependent', namespace: 'default' };
  await admin.create(CONFIG_MAPS, configMap(dependent.name, owner));
  await admin.delete(CONFIG_MAPS, { name: 'owner', namespace: 'default' });
  await eventuallyPasses(async () => expect(await admin.find(CONFIG_MAPS, dependent)).toBeNull());
}

test('the garbage collector takes no migrated disk, and takes them with their VM', async () => {
  const { admin, whole } = stage;
  const namespace = TARGET_NAMESPACE;
  const { wave, vm: named } = await stage.start(plan(whole.lab.state, ['keeper']));
  await stage.succeeded(wave);
  const result = await stage.result(named('keeper'));
  const machine = await admin.get(VIRTUAL_MACHINES, { name: 'keeper', namespace });

  await collectorPassed(admin);

  expect((await admin.list(DATA_VOLUMES, { namespace })).items).toEqual([]);
  const claims = (await admin.list(VOLUME_CLAIMS, { namespace })).items;
  expect(claims.map(({ metadata }) => metadata?.name).sort()).toEqual(
    result.disks.map(({ volumeName }) => volumeName).sort(),
  );
  for (const { metadata, status } of claims) {
    expect(metadata?.deletionTimestamp).toBeUndefined();
    expect(status?.phase).toBe('Bound');
    expect(metadata?.annotations?.['drover.dev/volume-state']).toBe('converted');
    expect(metadata?.ownerReferences).toMatchObject([
      { kind: 'VirtualMachine', name: 'keeper', uid: machine.metadata?.uid },
    ]);
  }
  expect(machine.status?.printableStatus).toBe('Running');
  expect(await stage.verdicts(result)).toEqual(Array(3).fill({ equal: true, bytes: SIZE }));

  await admin.delete(VIRTUAL_MACHINES, { name: 'keeper', namespace });
  await eventuallyPasses(async () =>
    expect((await admin.list(VOLUME_CLAIMS, { namespace })).items).toEqual([]),
  );
});

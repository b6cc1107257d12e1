/** The rules of the lab's cluster (lab/policies) are KubeVirt's: its own webhooks refuse what they refuse, and take what they take. */
import { withDefaultDisks } from '../../../lab/standins/kubevirt/default-disks';
import type { VirtualMachineInstance } from '../../../lab/standins/resources';
import { BUILD_TIMEOUT_MS, KubevirtAdmission, type Verdict } from '../../support/kubevirt-admission';
import { goodInstance, goodMachine } from './good-objects';
import { ODD_MACHINES, SPOILT_MACHINES, spoilt, STRICTER } from './spoilt-objects';

/** What the good machine of the tests names. */
const PREFERENCE = {
  apiVersion: 'instancetype.kubevirt.io/v1beta1',
  kind: 'VirtualMachineClusterPreference',
  metadata: { name: 'rhel.9' },
  spec: {},
};

let kubevirt: KubevirtAdmission;

beforeAll(async () => {
  kubevirt = await KubevirtAdmission.start();
}, BUILD_TIMEOUT_MS);
afterAll(() => kubevirt?.stop());

async function refusals(question: { machine: object } | { instance: object }): Promise<Verdict['refusals']> {
  return (await kubevirt.judge({ ...question, cluster: [PREFERENCE] })).refusals;
}

test('the good machine and the good instance of the tests are taken', async () => {
  expect(await refusals({ machine: goodMachine() })).toEqual([]);
  expect(await refusals({ instance: goodInstance() })).toEqual([]);
});

test.each(SPOILT_MACHINES)('%s: %j is refused', async (path, value) => {
  expect(await refusals({ machine: spoilt('machine', path, value) })).not.toEqual([]);
});

test.each([...ODD_MACHINES, ...STRICTER.map(([path, value]): [string, unknown] => [path, value])])(
  '%s: %j is taken',
  async (path, value) => {
    expect(await refusals({ machine: spoilt('machine', path, value) })).toEqual([]);
  },
);

test('an instance gets a disk for each volume that has none, in the lab as well', async () => {
  const given = goodInstance();
  given.spec.volumes.push({ name: 'spare', persistentVolumeClaim: { claimName: 'x' } });
  const { instance, refusals: none } = await kubevirt.judge({ instance: given });
  expect(none).toEqual([]);
  expect(instance?.spec.domain.devices.disks).toHaveLength(3);
  const inLab = withDefaultDisks(given.spec as VirtualMachineInstance['spec']);
  expect(inLab.domain.devices.disks).toEqual(instance?.spec.domain.devices.disks);
});

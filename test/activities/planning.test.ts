import { MockActivityEnvironment } from '@temporalio/testing';
import { createPlanningActivities, type PlanningDependencies } from '../../activities/planning';
import { VcenterPool } from '../../activities/vsphere/pool';
import { vcenter } from '../plan/example';
import { silentVcenter, type SilentVcenter } from './vsphere/silent-vcenter';

let silent: SilentVcenter;
let pool: VcenterPool;
beforeEach(async () => {
  silent = await silentVcenter();
  pool = new VcenterPool({ read: () => Promise.resolve({ user: 'drover', password: 'secret' }) });
});
afterEach(async () => {
  silent.close();
  await pool.close();
});

test('while a vCenter keeps silent the read of an inventory beats, and ends when it is cancelled', async () => {
  const { readInventory } = createPlanningActivities({ pool } as PlanningDependencies);
  const environment = new MockActivityEnvironment();
  environment.once('heartbeat', () => environment.cancel());

  const manifests = [vcenter({ url: silent.url })];
  const read = environment.run(() => readInventory({ manifests, kind: 'vms', offset: 0 }));

  await expect(read).rejects.toMatchObject({ name: 'CancelledFailure' });
});

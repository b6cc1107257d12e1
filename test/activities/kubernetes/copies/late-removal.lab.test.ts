/** A worker that slept between its look and its removal, while another one removed what it saw and made it anew. */
import { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { DATA_VOLUMES, VOLUME_CLAIMS, type VolumeClaim } from '../../../../activities/kubernetes/api/kinds';
import { removeImport } from '../../../../activities/kubernetes/copies/imports';
import { volumeClaim } from '../../../../activities/kubernetes/objects/volume-claim';
import { Informers } from '../../../../activities/kubernetes/waiting/informers';
import type { Scope } from '../../../../activities/kubernetes/waiting/scope';
import { Progress } from '../../../../activities/progress';
import { vmRef } from '../../../../plan/vm-ref';
import { frozenVm } from '../../../support/frozen-vm';
import { eventually } from '../../../support/eventually';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';

let namespace: string;
let admin: ApiClient;
let informers: Informers;

beforeEach(async () => {
  namespace = await freshNamespace(useCluster());
  admin = new ApiClient(useCluster());
  informers = new Informers({ roundSeconds: 60, graceSeconds: 1, lingerSeconds: 1 });
});

afterEach(async () => {
  informers.close();
  admin.close();
  await dropNamespace(useCluster(), namespace);
});

function scopeWith(api: ApiClient): Scope {
  return {
    cluster: { api, key: 'test' },
    informers,
    progress: new Progress(() => undefined),
    signal: new AbortController().signal,
    since: Date.now(),
  };
}

async function remove(name: string): Promise<void> {
  const ref = { name, namespace };
  await admin.delete(VOLUME_CLAIMS, ref);
  await eventually(async () => (await admin.find(VOLUME_CLAIMS, ref)) === null);
}

test('what was made anew meanwhile stays', async () => {
  const frozen = frozenVm();
  const vm = { ...vmRef(frozen), namespace };
  const disk = frozen.disks[0]!;
  const make = () => admin.create(VOLUME_CLAIMS, volumeClaim(vm, disk));
  await make();
  let anew: VolumeClaim | null = null;
  const sleeping = Object.assign(new ApiClient(useCluster()), {
    find: async (...[kind, ref]: Parameters<ApiClient['find']>) => {
      const seen = await admin.find(kind, ref);
      if (kind.kind !== DATA_VOLUMES.kind && anew === null) {
        await remove(ref.name);
        anew = await make();
      }
      return seen;
    },
  }) as ApiClient;

  await removeImport(scopeWith(sleeping), { vm, disk });

  const left = await admin.find(VOLUME_CLAIMS, { name: disk.volumeName, namespace });
  expect(left?.metadata?.uid).toBe(anew!.metadata?.uid);
  expect(left?.metadata?.deletionTimestamp).toBeUndefined();
  sleeping.close();
}, 60_000);

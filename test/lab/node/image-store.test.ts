/** Of which registry a node asks what, beyond what containerd does by itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { skeleton } from '../../../lab/image-bases';
import { ImageStore } from '../../../lab/node/image-store';
import { pushImage } from '../../../lab/push-image';
import { startRegistry } from '../../../lab/registry';

/** Of this machine, as others reach it. A machine without a network has none. */
const ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((card) => card?.family === 'IPv4' && !card.internal)?.address;
const ifReachable = ADDRESS === undefined ? test.skip : test;

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'drover-store-'))));
afterEach(() => rmSync(dir, { recursive: true }));

ifReachable("the lab's registry is asked without TLS, also where it is at no loopback address", async () => {
  const place = { dir: join(dir, 'registry') };
  const near = await startRegistry(place);
  await pushImage(
    { entrypoint: ['/main'], user: '107', layers: [skeleton()] },
    { reference: `${near.host}/it:1` },
  );
  await near.stop();
  const registry = await startRegistry({ ...place, address: ADDRESS! });
  try {
    const store = new ImageStore({ dir: join(dir, 'node'), mirror: registry.host });
    for (const host of [registry.host, 'lab.drover.dev']) {
      const request = { name: `${host}/it:1`, policy: 'Always', logins: () => Promise.resolve([]) } as const;
      expect(await store.provide(request)).toMatchObject({ user: '107' });
    }
  } finally {
    await registry.stop();
  }
});

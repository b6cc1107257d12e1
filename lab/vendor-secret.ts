/** A Secret such as a storage vendor's customer makes for a plugin, with a value that nothing else has. */
import { randomBytes } from 'node:crypto';
import { CoreV1Api } from '@kubernetes/client-node';
import { IMAGES, USE } from '../plan/consent';
import { loadCluster } from './apply';

interface VendorSecret {
  name: string;
  remove(): Promise<void>;
}

interface Use {
  kubeconfig: string;
  namespace: string;
  image: string;
}

/** Its one key is `token`. */
export async function makeVendorSecret({ kubeconfig, namespace, image }: Use): Promise<VendorSecret> {
  const api = loadCluster(kubeconfig).makeApiClient(CoreV1Api);
  const name = `plugin-test-${randomBytes(4).toString('hex')}`;
  const metadata = { name, labels: { [USE]: 'plugin' }, annotations: { [IMAGES]: image } };
  // Each character of the tail has other forms in a URL.
  const stringData = { token: `${randomBytes(12).toString('hex')}/+=&` };
  await api.createNamespacedSecret({ namespace, body: { metadata, stringData } });
  return {
    name,
    remove: async () => {
      await api.deleteNamespacedSecret({ namespace, name });
    },
  };
}

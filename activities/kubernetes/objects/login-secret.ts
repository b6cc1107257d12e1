import type { DiskRequest } from '../../interfaces';
import { loginSecretName } from '../../../plan/names';
import type { Secret } from '../api/kinds';
import { diskLabels } from '../api/ownership';

export interface SourceLogin {
  user: string;
  password: string;
  /** PEM; absent where the Provider pins a thumbprint. */
  ca?: string;
}

/** The vCenter login of one copy, under the keys that CDI and plugins read. */
export function loginSecret({ vm, disk }: DiskRequest, { user, password, ca }: SourceLogin): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: loginSecretName(vm.baseName, disk.index),
      namespace: vm.namespace,
      labels: diskLabels(vm, disk),
    },
    data: {
      accessKeyId: base64(user),
      secretKey: base64(password),
      ...(ca === undefined ? {} : { 'ca.crt': base64(ca) }),
    },
  };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

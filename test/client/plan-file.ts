/** A plan on disk that needs nothing but a resolver to be good. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const pair = `  provider:
    source: { name: vcenter, namespace: openshift-mtv }
    destination: { name: host, namespace: openshift-mtv }`;

/** 1-based number of the first line that holds the text. */
export function lineOf(text: string, part: string): number {
  return text.split('\n').findIndex((line) => line.includes(part)) + 1;
}

export function planText(name: string, vms: readonly string[]): string {
  return `apiVersion: forklift.konveyor.io/v1beta1
kind: Provider
metadata: { name: vcenter, namespace: openshift-mtv }
spec:
  type: vsphere
  url: https://vcenter.example.com/sdk
  secret: { name: vcenter-login, namespace: openshift-mtv }
---
apiVersion: forklift.konveyor.io/v1beta1
kind: Provider
metadata: { name: host, namespace: openshift-mtv }
spec:
  type: openshift
  url: ''
---
apiVersion: forklift.konveyor.io/v1beta1
kind: StorageMap
metadata: { name: datastores, namespace: openshift-mtv }
spec:
${pair}
  map:
    - source: { name: ssd-1 }
      destination: { storageClass: fast-block }
---
apiVersion: forklift.konveyor.io/v1beta1
kind: NetworkMap
metadata: { name: networks, namespace: openshift-mtv }
spec:
${pair}
  map:
    - source: { name: VM Network }
      destination: { type: pod }
---
apiVersion: forklift.konveyor.io/v1beta1
kind: Plan
metadata: { name: ${name}, namespace: openshift-mtv }
spec:
${pair}
  targetNamespace: migrated
  map:
    storage: { name: datastores, namespace: openshift-mtv }
    network: { name: networks, namespace: openshift-mtv }
  vms:
${vms.map((vm) => `    - name: ${vm}\n`).join('')}  drover:
    conversionImage: lab.drover.dev/conversion:1
`;
}

export function planFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'drover-plan-')), 'plan.yaml');
  writeFileSync(file, text);
  return file;
}

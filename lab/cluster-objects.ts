/** What an administrator would have put into the cluster before the first migration. */
import { readFileSync } from 'node:fs';
import type { KubernetesObject, V1ConfigMap, V1Namespace, V1Secret } from '@kubernetes/client-node';
import { IMAGES, SERVERS, serverOf, TARGET, TARGET_NAMESPACES, USE } from '../plan/consent';
import { labImage } from './lab-images';
import type { LabState } from './state';

/** Where the example plans, their maps and Providers live. */
export const PLAN_NAMESPACE = 'openshift-mtv';
/** Where the example plans put the VMs. */
export const TARGET_NAMESPACE = 'migrated';
export const DROVER_NAMESPACE = 'drover';
export const PROVIDER_SECRET = 'vcenter-login';
/** The second network that the example plans map to, in the target namespace. */
export const BACKEND_NETWORK = 'backend';

export function namespaces(): KubernetesObject[] {
  return [
    namespace(DROVER_NAMESPACE),
    namespace(PLAN_NAMESPACE),
    namespace(TARGET_NAMESPACE, { 'pod-security.kubernetes.io/enforce': 'restricted', [TARGET]: 'true' }),
    namespace('cdi'),
    namespace('kubevirt'),
  ];
}

/** Needs the namespaces, and the custom resources of the network and of CDI. */
export function siteObjects({
  vcenter,
  registry,
}: Pick<LabState, 'vcenter' | 'registry'>): KubernetesObject[] {
  return [providerSecret({ vcenter, registry }), vddkConfig(registry), cdiConfig(registry), backendNetwork()];
}

function namespace(name: string, labels: Record<string, string> = {}): V1Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** As its owner has labelled it, so that Drover may use it. */
function providerSecret({ vcenter, registry }: Pick<LabState, 'vcenter' | 'registry'>): V1Secret {
  const annotations = {
    [SERVERS]: serverOf(vcenter.url) ?? '',
    [TARGET_NAMESPACES]: '*',
    [IMAGES]: `${registry}/*,lab.drover.dev/*`,
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: PROVIDER_SECRET,
      namespace: PLAN_NAMESPACE,
      labels: { [USE]: 'provider' },
      annotations,
    },
    stringData: {
      user: vcenter.username,
      password: vcenter.password,
      'ca.crt': readFileSync(vcenter.caFile, 'utf8'),
    },
  };
}

/** Where CDI looks for the VDDK image of an import that names none. */
function vddkConfig(registry: string): V1ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'v2v-vmware', namespace: 'cdi' },
    data: { 'vddk-init-image': labImage(registry, 'vddk') },
  };
}

/** The registry serves plain http. An administrator says so in the object CDI, which CDI copies to here. */
function cdiConfig(registry: string): KubernetesObject & { spec: { insecureRegistries: string[] } } {
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'CDIConfig',
    metadata: { name: 'config' },
    spec: { insecureRegistries: [registry] },
  };
}

function backendNetwork(): KubernetesObject & { spec: { config: string } } {
  return {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name: BACKEND_NETWORK, namespace: TARGET_NAMESPACE },
    spec: { config: JSON.stringify({ cniVersion: '0.3.1', name: BACKEND_NETWORK, type: 'bridge' }) },
  };
}

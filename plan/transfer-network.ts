/**
 * The network of the target over which disks are copied, as Forklift's `transferNetwork` has it (pkg/controller/plan/kubevirt.go,
 * setTransferNetwork): what Multus is to be told of the Pods that copy.
 */
import { z } from 'zod';
import { ipSchema } from './guest-network';
import { dnsLabel, objectName } from './manifests/common';

/** Of a NetworkAttachmentDefinition: the address of the gateway that copies go through, or `none`. */
export const ROUTE_ANNOTATION = 'forklift.konveyor.io/route';

/** The Pod has this network beside its own. */
const ADDED = 'k8s.v1.cni.cncf.io/networks';
/** The Pod has this network instead of its own. */
const INSTEAD = 'v1.multus-cni.io/default-network';

const routeSchema = z.union([z.literal('none'), ipSchema]);

export const transferNetworkSchema = z.object({
  namespace: dnsLabel,
  name: objectName,
  /** Absent: its owner says nothing of a route, and it takes the place of the Pod network. */
  route: routeSchema.optional(),
});

export type TransferNetwork = z.infer<typeof transferNetworkSchema>;

export function isRoute(text: string): boolean {
  return routeSchema.safeParse(text).success;
}

export function networkAnnotations(network: TransferNetwork | undefined): Record<string, string> {
  if (network === undefined) return {};
  const { namespace, name, route } = network;
  if (route === undefined) return { [INSTEAD]: `${namespace}/${name}` };
  const gateway = route === 'none' ? {} : { 'default-route': [route] };
  return { [ADDED]: JSON.stringify([{ name, namespace, ...gateway }]) };
}

/** Multus' kind: a network that a VM's card can be plugged into. */
import { type CustomResource, customResource } from './definition';

export function networkDefinitions(): CustomResource[] {
  return [
    customResource({
      group: 'k8s.cni.cncf.io',
      version: 'v1',
      kind: 'NetworkAttachmentDefinition',
      plural: 'network-attachment-definitions',
      scope: 'Namespaced',
      shortNames: ['net-attach-def'],
      spec: { type: 'object', properties: { config: { type: 'string' } } },
    }),
  ];
}

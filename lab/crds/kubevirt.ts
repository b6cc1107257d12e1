/** KubeVirt's kinds, as far as a migration meets them. */
import { type Column, type CustomResource, customResource } from './definition';
import { typeSchemas } from './type-schema';

const AGE: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

export function kubevirtDefinitions(): CustomResource[] {
  const schemaOf = typeSchemas('kubevirt');
  const machine = customResource({
    group: 'kubevirt.io',
    version: 'v1',
    kind: 'VirtualMachine',
    plural: 'virtualmachines',
    scope: 'Namespaced',
    shortNames: ['vm', 'vms'],
    categories: ['all'],
    columns: [
      AGE,
      { name: 'Status', type: 'string', jsonPath: '.status.printableStatus' },
      { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    ],
    spec: schemaOf('V1VirtualMachineSpec'),
    status: schemaOf('V1VirtualMachineStatus'),
    specRequired: true,
  });
  const instance = customResource({
    group: 'kubevirt.io',
    version: 'v1',
    kind: 'VirtualMachineInstance',
    plural: 'virtualmachineinstances',
    scope: 'Namespaced',
    shortNames: ['vmi', 'vmis'],
    categories: ['all'],
    columns: [
      AGE,
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'NodeName', type: 'string', jsonPath: '.status.nodeName' },
    ],
    spec: schemaOf('V1VirtualMachineInstanceSpec'),
    status: schemaOf('V1VirtualMachineInstanceStatus'),
    specRequired: true,
  });
  const preference = customResource({
    group: 'instancetype.kubevirt.io',
    version: 'v1beta1',
    kind: 'VirtualMachineClusterPreference',
    plural: 'virtualmachineclusterpreferences',
    scope: 'Cluster',
    shortNames: ['vmcp', 'vmcps'],
    spec: schemaOf('V1beta1VirtualMachinePreferenceSpec'),
    specRequired: true,
  });
  const instanceTypes = (['Namespaced', 'Cluster'] as const).map((scope) => {
    const [of, short] = scope === 'Cluster' ? ['Cluster', 'vmc'] : ['', 'vm'];
    return customResource({
      group: 'instancetype.kubevirt.io',
      version: 'v1beta1',
      kind: `VirtualMachine${of}Instancetype`,
      plural: `virtualmachine${of.toLowerCase()}instancetypes`,
      scope,
      shortNames: [`${short}f`, `${short}fs`],
      spec: schemaOf('V1beta1VirtualMachineInstancetypeSpec'),
      specRequired: true,
    });
  });
  return [machine, instance, preference, ...instanceTypes];
}

/**
 * Where Drover honours a field, one line for each, for the table of docs/manifests.md: by kind and path, or by the path of the
 * object that has it. That a field is honoured at all, its schema says (`plan/manifests`); a line too few or too many fails
 * test/docs/manifest-fields.test.ts.
 */
export const HONOURED: Readonly<Record<string, string>> = {
  'Hook spec.deadline': 'seconds of one attempt; 0 or absent: an hour',
  'Hook spec.image': 'what runs: see Hooks',
  'Hook spec.playbook': 'base64, for an image that runs Ansible as the hook-runner does: see Hooks',
  'Hook spec.serviceAccount':
    'the ServiceAccount of the target namespace that the Pod runs as, if its owner agrees',
  'NetworkMap spec.map[].destination.name': 'the NetworkAttachmentDefinition of the card at the target',
  'NetworkMap spec.map[].destination.namespace': 'its namespace; absent: the target namespace',
  'NetworkMap spec.map[].destination.type': 'the network of the card at the target, or no card',
  'NetworkMap spec.map[].source': 'the network at the source',
  'NetworkMap spec.provider': 'a map that names other Providers than the Plan is refused',
  'Plan spec.conversionTempStorageClass': 'class of the scratch volume of a conversion',
  'Plan spec.conversionTempStorageSize': 'size of the scratch volume of a conversion',
  'Plan spec.convertorAffinity': "nodes of the Pods that convert; absent: the VirtualMachine's",
  'Plan spec.convertorLabels': "labels of the Pods that convert, beside Drover's own",
  'Plan spec.convertorNodeSelector': "nodes of the Pods that convert; absent: the VirtualMachine's",
  'Plan spec.customizationScripts.name': 'ConfigMap with scripts for the guests: see Scripts for guests',
  'Plan spec.customizationScripts.namespace': "its namespace; absent: the Plan's",
  'Plan spec.diskBus': 'bus of the disks of a guest that is not converted',
  'Plan spec.enableNestedVirtualization':
    'whether the guest gets the CPU features `vmx` and `svm`; absent: as the source',
  'Plan spec.rdmAsLun':
    'raw device mappings become LUNs of the VirtualMachine: see Raw device mappings as LUNs',
  'Plan spec.scsiReservation': 'the guest may reserve these LUNs',
  'Plan spec.vms[].rdmAsLun': "it counts before the Plan's",
  'Plan spec.vms[].scsiReservation': "it counts before the Plan's",
  'Plan spec.migrateSharedDisks':
    'which VM copies a disk that several have: see the policy `shared-disk`, which refuses such disks still',
  'Plan spec.tagMapping.disabled': 'no labels of tags; custom attributes become annotations all the same',
  'Plan spec.tagMapping.labelTags': 'tags that become labels; empty or absent: all: see Tags and attributes',
  'Plan spec.targetAffinity':
    'affinity of the VirtualMachine; its nodes count for the Pod that has its volumes bound, too',
  'Plan spec.transferNetwork': 'network of the Pods that copy disks: importers and plugins',
  'Plan spec.useCompatibilityMode':
    'devices of a guest that is not converted: `true`: SATA and e1000e; `false`: virtio',
  'Plan spec.vms[].enableNestedVirtualization': "it counts before the Plan's",
  'Plan spec.vms[].migrateSharedDisks': "it counts before the Plan's",
  'Plan spec.description': 'a text for people: Drover reads it, and nothing follows from it',
  'Plan spec.drover': "Drover's own settings: see `spec.drover`",
  'Plan spec.map.network': 'the NetworkMap that is used',
  'Plan spec.map.storage': 'the StorageMap that is used',
  'Plan spec.preserveStaticIPs': "the guest keeps its network: see The guest's network",
  'Plan spec.networkNameTemplate': "names of the VirtualMachine's network cards: see Templates of names",
  'Plan spec.pvcNameTemplate': 'names of the claims of disks: see Templates of names',
  'Plan spec.pvcNameTemplateUseGenerateName': "whether a claim's name gets an ending that makes it unique",
  'Plan spec.volumeNameTemplate': "names of the VirtualMachine's disks: see Templates of names",
  'Plan spec.vms[].networkNameTemplate': "it counts before the Plan's",
  'Plan spec.vms[].pvcNameTemplate': "it counts before the Plan's",
  'Plan spec.vms[].volumeNameTemplate': "it counts before the Plan's",
  'Plan spec.provider.destination': 'the cluster that the VMs move to',
  'Plan spec.provider.source': 'the vCenter that the VMs come from',
  'Plan spec.serviceAccount':
    "the ServiceAccount of the target namespace that the migration's Pods run as, if its owner agrees: see Accounts of Pods",
  'Plan spec.skipGuestConversion': 'no conversion; the target has devices that every guest knows',
  'Plan spec.targetLabels': 'labels of the VirtualMachine and its Pods',
  'Plan spec.targetNamespace': 'namespace of everything that Drover makes',
  'Plan spec.targetNodeSelector': "nodes of the VirtualMachine and of Drover's Pods",
  'Plan spec.targetPowerState': 'whether the target starts, for all VMs of the Plan',
  'Plan spec.xfsCompatibility':
    "guests are converted by the worker's image for XFS of version 4 (`DROVER_XFS_CONVERSION_IMAGE`)",
  'Plan spec.vms[].hooks[].hook': 'the Hook that runs: see Hooks',
  'Plan spec.vms[].hooks[].step': 'when it runs; `BeforeCutover`, `AfterVerify` and `OnFailure` are our own',
  'Plan spec.vms[].id': 'which VM of the source is meant',
  'Plan spec.vms[].instanceType': 'CPUs and memory of the VirtualMachine',
  'Plan spec.vms[].luks.name': "Secret with the passphrases of the guest's disks: see Encrypted guests",
  'Plan spec.vms[].luks.namespace': "its namespace; absent: the Plan's",
  'Plan spec.vms[].nbdeClevis': "whether Clevis opens the guest's disks: see Encrypted guests",
  'Plan spec.vms[].name': 'which VM of the source is meant, where `id` is absent',
  'Plan spec.vms[].rootDisk': 'the disk that the VirtualMachine boots from, and the system that is converted',
  'Plan spec.vms[].targetName': 'name of the VirtualMachine',
  'Plan spec.vms[].targetPowerState': "whether the target starts; it counts before the Plan's",
  'Provider spec.secret': 'the Secret with the login',
  'Provider spec.settings.sdkEndpoint': '`vcenter`, or `esxi`: see A single ESXi host',
  'Provider spec.settings.useVddkAioOptimization': "CDI's importers get `vddkConfig`, else larger buffers",
  'Provider spec.settings.vddkConfig': "options of VDDK for CDI's importers",
  'Provider spec.settings.vddkInitImage': "VDDK of CDI's importers",
  'Provider spec.type': '`vsphere`: a source; `openshift`: a target; others are refused',
  'Provider spec.url': 'the SDK address of the vCenter or the ESXi host, or the API server of the cluster',
  'StorageMap spec.map[].destination.accessMode': 'access mode of the volumes',
  'StorageMap spec.map[].destination.offloadPlugin': "Drover's own block: see StorageMap above",
  'StorageMap spec.map[].destination.storageClass': 'class of the volumes',
  'StorageMap spec.map[].destination.volumeMode': 'mode of the volumes',
  'StorageMap spec.map[].source': 'the datastore at the source',
  'StorageMap spec.provider': 'a map that names other Providers than the Plan is refused',
};

/** Fields that are Drover's own, and not in the API. What is in them has its own tables. */
export const OWN: ReadonlySet<string> = new Set([
  'Plan spec.drover',
  'StorageMap spec.map[].destination.offloadPlugin',
]);

/** KubeVirt's device plugin offers it on nodes that have KVM, and its own launchers ask for it, too. */
export const KVM_DEVICE: Readonly<Record<string, string>> = { 'devices.kubevirt.io/kvm': '1' };

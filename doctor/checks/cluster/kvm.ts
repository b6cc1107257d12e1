import { type Check, counted, critical, fine, information, judged, listNames } from '../../check';

export const kvm: Check = {
  id: 'kvm',
  looksAt: 'which nodes offer `devices.kubevirt.io/kvm`, which conversions and targets ask for',
  judge: ({ cluster }) =>
    judged(cluster.nodes, (all) => {
      const usable = all.filter(({ isReady, isSchedulable }) => isReady && isSchedulable);
      // The check of nodes says it.
      if (usable.length === 0) return [];
      const without = usable.filter(({ hasKvm }) => !hasKvm);
      if (without.length === usable.length) {
        const found =
          'no node that takes Pods offers KVM: conversions would wait for ever, and no target would start';
        return critical(
          found,
          'switch on virtualization in the firmware of nodes, and look whether virt-handler runs there; without KVM set spec.drover.conversionKvm to false, and let KubeVirt emulate (useEmulation)',
        );
      }
      const offering = usable.length - without.length;
      const found = `${offering} of ${counted(usable.length, 'node')} offer${offering === 1 ? 's' : ''} KVM`;
      if (without.length === 0) return fine(found);
      return information(`${found}; without it: ${listNames(without.map(({ name }) => name))}`);
    }),
};

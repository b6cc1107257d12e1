/** The part of a frozen VM that most activities need. Apart from `frozen.ts`, so that making one loads no schemas. */
import type { FrozenVm, SourceRef, TargetRef, VM_REF_FIELDS } from './frozen';

/** Where things are and whose they are. */
export interface VmRef {
  plan: { namespace: string; name: string };
  source: SourceRef;
  target: TargetRef;
  vcenterUuid: string;
  moref: string;
  /** The VM's name at the source. */
  name: string;
  namespace: string;
  targetName: string;
  baseName: string;
}

type Referred = Pick<FrozenVm, keyof typeof VM_REF_FIELDS> & {
  vm: Pick<FrozenVm['vm'], 'moref' | 'name'>;
};

export function vmRef(vm: Referred): VmRef {
  const { plan, source, target, vcenterUuid, namespace, targetName, baseName } = vm;
  return {
    plan,
    source,
    target,
    vcenterUuid,
    namespace,
    targetName,
    baseName,
    moref: vm.vm.moref,
    name: vm.vm.name,
  };
}

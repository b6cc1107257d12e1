/** Every check, in the order in which it is shown. A file that is missing here fails test/doctor. */
import type { Check } from '../check';
import { apiServer } from './cluster/api-server';
import { clock } from './cluster/clock';
import { kvm } from './cluster/kvm';
import { nodes } from './cluster/nodes';
import { vddkImage } from './images/vddk-image';
import { registries } from './images/registries';
import { consent } from './namespace/consent';
import { constraints } from './namespace/constraints';
import { podSecurity } from './namespace/pod-security';
import { pods } from './namespace/pods';
import { cdi } from './operators/cdi';
import { kinds } from './operators/kinds';
import { kubevirt } from './operators/kubevirt';
import { ownRights } from './rights/own-rights';
import { workerRights } from './rights/worker-rights';
import { datastores } from './source/datastores';
import { esxiHosts } from './source/esxi-hosts';
import { providerSecret } from './source/provider-secret';
import { vcenter } from './source/vcenter';
import { vcenterClock } from './source/vcenter-clock';
import { vcenterPrivileges } from './source/vcenter-privileges';
import { vcenterVms } from './source/vcenter-vms';
import { classes } from './storage/classes';
import { defaultClass } from './storage/default-class';
import { deviceOwnership } from './storage/device-ownership';
import { profiles } from './storage/profiles';
import { trial } from './tried/trial';
import { triedConversion } from './tried/tried-conversion';
import { triedImport } from './tried/tried-import';
import { triedNetwork } from './tried/tried-network';
import { triedVolumes } from './tried/tried-volumes';

export const CHECKS: readonly Check[] = [
  apiServer,
  clock,
  nodes,
  kvm,
  kinds,
  cdi,
  kubevirt,
  classes,
  defaultClass,
  profiles,
  deviceOwnership,
  vddkImage,
  registries,
  consent,
  podSecurity,
  pods,
  constraints,
  workerRights,
  ownRights,
  providerSecret,
  vcenter,
  vcenterClock,
  vcenterVms,
  vcenterPrivileges,
  esxiHosts,
  datastores,
  trial,
  triedVolumes,
  triedConversion,
  triedNetwork,
  triedImport,
];

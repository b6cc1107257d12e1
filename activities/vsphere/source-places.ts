/** Where VMs run and lie: datastores, networks, hosts and the rules of clusters, from their managed objects. */
import type { SourceDatastore, SourceHost, SourceNetwork, SourceRule } from '../../plan/inventory';
import { decodeName } from '../../plan/vcenter-names';
import { type ManagedObject, nameOf, required } from './property-collector';
import { child, flag, integer, list, managedRef, text } from './vim-value';

/** What is read of each type. */
export const PLACE_PATHS = {
  Datastore: ['name', 'summary'],
  Network: ['name'],
  DistributedVirtualPortgroup: ['name', 'config.uplink'],
  HostSystem: ['name', 'runtime.connectionState', 'runtime.inMaintenanceMode'],
  ClusterComputeResource: ['name', 'configurationEx'],
} as const;

export function toDatastore(datastore: ManagedObject): SourceDatastore {
  const summary = required(datastore, 'summary');
  return {
    moref: datastore.ref.value,
    name: nameOf(datastore),
    type: text(child(summary, 'type')) ?? 'unknown',
    capacityBytes: integer(child(summary, 'capacity')) ?? 0,
    freeBytes: integer(child(summary, 'freeSpace')) ?? 0,
    ...unreachable(summary),
  };
}

function unreachable(summary: unknown): Pick<SourceDatastore, 'unreachable'> {
  if (text(child(summary, 'accessible')) === 'false') return { unreachable: 'no host reaches it' };
  const maintained = text(child(summary, 'maintenanceMode')) === 'inMaintenance';
  return maintained ? { unreachable: 'it is in maintenance' } : {};
}

/** Nothing of a switch's own uplink group. */
export function toNetwork({ ref, props }: ManagedObject): SourceNetwork[] {
  if (text(props.get('config.uplink')) === 'true') return [];
  const name = decodeName(text(props.get('name')) ?? '') || ref.value;
  return [{ moref: ref.value, name, type: ref.type }];
}

export function toHost(host: ManagedObject): SourceHost {
  return {
    moref: host.ref.value,
    name: nameOf(host),
    connection: text(host.props.get('runtime.connectionState')) ?? 'unknown',
    inMaintenance: text(host.props.get('runtime.inMaintenanceMode')) === 'true',
  };
}

/** Rules that count: those of VMs that stay together or apart, and those of groups of VMs and hosts. */
export function toRules(cluster: ManagedObject): SourceRule[] {
  const config = cluster.props.get('configurationEx');
  const groups = new Map(
    list(child(config, 'group')).map((group) => [text(child(group, 'name')), morefsIn(child(group, 'vm'))]),
  );
  return list(child(config, 'rule'))
    .filter((rule) => flag(child(rule, 'enabled')))
    .map((rule) => ({
      cluster: nameOf(cluster),
      name: text(child(rule, 'name')) ?? '',
      vms: [...morefsIn(child(rule, 'vm')), ...(groups.get(text(child(rule, 'vmGroupName'))) ?? [])],
    }));
}

function morefsIn(nodes: unknown): string[] {
  return list(nodes).flatMap((node) => managedRef(node)?.value ?? []);
}

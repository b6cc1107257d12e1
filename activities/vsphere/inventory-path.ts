/** Where a VM is in the inventory: `/datacenter/vm/folder/name`. */
import { type ManagedObject, readEverywhere } from './property-collector';
import type { Vim } from './session';
import { managedRef, text, UnexpectedAnswer } from './vim-value';

/** Everything that a VM can lie in, by moref. */
export type Containers = ReadonlyMap<string, ManagedObject>;

export async function readContainers(vim: Vim): Promise<Containers> {
  const containers = await readEverywhere(vim, {
    Folder: ['name', 'parent'],
    Datacenter: ['name', 'parent'],
    // A vApp's place among the folders; its own parent is a resource pool.
    VirtualApp: ['name', 'parentFolder', 'parentVApp'],
  });
  return new Map(containers.map((container) => [container.ref.value, container]));
}

/** More folders within each other than this are a circle, or as bad. */
const DEEPEST = 100;

/**
 * `object` needs its `name`, and `parent` or `parentVApp`. Names stay escaped, so that `/` only separates.
 * @throws UnexpectedAnswer for one whose folders have no end
 */
export function inventoryPath(object: ManagedObject, containers: Containers, depth = 0): string {
  if (depth > DEEPEST) throw new UnexpectedAnswer(`an end of the folders above ${object.ref.value}`);
  const parent = ['parent', 'parentFolder', 'parentVApp']
    .map((path) => managedRef(object.props.get(path)))
    .find((ref) => ref !== null);
  const container = parent ? containers.get(parent.value) : undefined;
  const name = text(object.props.get('name')) ?? object.ref.value;
  // The root folder is no part of paths, and no container view of itself lists it.
  return `${container ? inventoryPath(container, containers, depth + 1) : ''}/${name}`;
}

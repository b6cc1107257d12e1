/** Reading properties of managed objects, page by page. */
import { decodeName } from '../../plan/vcenter-names';
import { failure } from '../failure';
import { missingRight, readLocalizedFault, type VimFault } from './faults';
import type { Vim } from './session';
import { child, list, type ManagedRef, reference, requiredRef, requiredText, text, typed } from './vim-value';

/** The properties of one object that vCenter has and lets us read. */
export interface ManagedObject {
  ref: ManagedRef;
  /** By path, as `config.hardware.device`; what is unset at the source is absent. */
  props: ReadonlyMap<string, unknown>;
  /** What we may not read, and why. */
  missing: ReadonlyMap<string, VimFault>;
}

/** Bytes of all pages of one question: more than the largest inventory of a vCenter needs. */
const LONGEST_INVENTORY = 128 * 2 ** 20;
/** Objects in one answer; with so few, an answer has at most some megabytes. */
const PAGE_SIZE = 200;

interface Filter {
  propSet: unknown[];
  objectSet: unknown[];
}

/** The paths to read of each type. */
export type PathsByType = Record<string, readonly string[]>;

/** Reads known objects. @throws VimFault ManagedObjectNotFound when one of them is gone. */
export async function readObjects(
  vim: Vim,
  refs: readonly ManagedRef[],
  paths: readonly string[],
): Promise<ManagedObject[]> {
  if (refs.length === 0) {
    return [];
  }
  const types = [...new Set(refs.map(({ type }) => type))];
  return retrieve(vim, {
    propSet: propSet(Object.fromEntries(types.map((type) => [type, paths]))),
    objectSet: refs.map((ref) => ({ obj: reference(ref), skip: false })),
  });
}

/** Reads one known object. @throws VimFault ManagedObjectNotFound when it is gone. */
export async function readObject(
  vim: Vim,
  ref: ManagedRef,
  paths: readonly string[],
): Promise<ManagedObject> {
  const [found] = await readObjects(vim, [ref], paths);
  return found ?? { ref, props: new Map(), missing: new Map() };
}

/**
 * Reads one known object and, in one call with it, the objects that its properties at `through` refer to.
 * @throws VimFault ManagedObjectNotFound when it is gone.
 */
export async function readAround(
  vim: Vim,
  ref: ManagedRef,
  { paths, through }: { paths: PathsByType; through: readonly string[] },
): Promise<ManagedObject[]> {
  const selectSet = through.map((path) => typed('TraversalSpec', { type: ref.type, path, skip: false }));
  return retrieve(vim, {
    propSet: propSet(paths),
    objectSet: [{ obj: reference(ref), skip: false, selectSet }],
  });
}

/** Reads every object of the given types in the whole inventory. */
export async function readEverywhere(
  vim: Vim,
  paths: PathsByType,
  pageSize = PAGE_SIZE,
): Promise<ManagedObject[]> {
  const view = requiredRef(
    await vim.call('CreateContainerView', {
      _this: reference(vim.content.viewManager),
      container: reference(vim.content.rootFolder),
      type: Object.keys(paths),
      recursive: true,
    }),
    'the container view',
  );
  const through = typed('TraversalSpec', { name: 'view', type: 'ContainerView', path: 'view', skip: false });
  const objectSet = [{ obj: reference(view), skip: true, selectSet: through }];
  try {
    return await retrieve(vim, { propSet: propSet(paths), objectSet }, pageSize);
  } finally {
    // The view ends with its session at the latest. A failure to remove it must not hide an error from above.
    await vim.call('DestroyView', { _this: reference(view) }).catch(() => undefined);
  }
}

/** The value of a property that every such object has. @throws SourceRightsMissing naming the privilege. */
export function required(object: ManagedObject, path: string): unknown {
  const value = optional(object, path);
  if (value === undefined) throw withheld(object, path);
  return value;
}

/** The value of a property, undefined where it is unset. @throws as {@link required} where vCenter does not let us read it. */
export function optional(object: ManagedObject, path: string): unknown {
  const value = object.props.get(path);
  if (value === undefined && object.missing.has(path)) throw withheld(object, path);
  return value;
}

function withheld({ missing, ref }: ManagedObject, path: string): Error {
  const fault = missing.get(path);
  return fault?.fault === 'NoPermission'
    ? failure('SourceRightsMissing', missingRight(fault.detail))
    : failure('SourceFault', `vCenter gives no ${path} of ${ref.value}`);
}

/** The object's name, as people see it. @throws as {@link required} */
export function nameOf(object: ManagedObject): string {
  return decodeName(requiredText(required(object, 'name'), 'name'));
}

export function propSet(paths: PathsByType): unknown[] {
  return Object.entries(paths).map(([type, pathSet]) => ({ type, all: false, pathSet: [...pathSet] }));
}

async function retrieve(vim: Vim, specSet: Filter, maxObjects = PAGE_SIZE): Promise<ManagedObject[]> {
  const _this = reference(vim.content.propertyCollector);
  const objects: ManagedObject[] = [];
  const options = { budget: { bytes: LONGEST_INVENTORY } };
  let page = await vim.call('RetrievePropertiesEx', { _this, specSet, options: { maxObjects } }, options);
  for (;;) {
    objects.push(...list(child(page, 'objects')).map(readContent));
    const token = text(child(page, 'token'));
    if (token === null) {
      return objects;
    }
    page = await vim.call('ContinueRetrievePropertiesEx', { _this, token }, options);
  }
}

function readContent(node: unknown): ManagedObject {
  return {
    ref: requiredRef(child(node, 'obj'), 'an object reference'),
    props: new Map(list(child(node, 'propSet')).map((prop) => [pathOf(prop, 'name'), child(prop, 'val')])),
    missing: new Map(
      list(child(node, 'missingSet')).map((gap) => [
        pathOf(gap, 'path'),
        readLocalizedFault(child(gap, 'fault')),
      ]),
    ),
  };
}

function pathOf(node: unknown, name: string): string {
  return requiredText(child(node, name), 'a property path');
}

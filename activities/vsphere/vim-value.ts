/**
 * Reading vCenter's answers, as node-soap leaves them: elements are text, objects or lists of such.
 * A list of one is no list there, numbers are text, and the attribute that names a value's type has whatever
 * prefix the sender likes; all of that ends here.
 */

/** An answer that is not as vSphere's documentation has it. The message names the field and holds no value. */
export class UnexpectedAnswer extends Error {
  constructor(lacking: string) {
    super(`vCenter's answer lacks ${lacking}`);
    this.name = 'UnexpectedAnswer';
  }
}

/** A reference to a managed object. */
export interface ManagedRef {
  type: string;
  /** The managed object id: `vm-42`. */
  value: string;
}

/** An argument of a call: attributes become XML attributes, `$value` the text. */
export interface Reference {
  attributes: { type: string };
  $value: string;
}

export function reference(ref: ManagedRef): Reference {
  return { attributes: { type: ref.type }, $value: ref.value };
}

/** An argument of a type that the schema leaves open, as a TraversalSpec among SelectionSpecs. */
export function typed(type: string, fields: Record<string, unknown>): Record<string, unknown> {
  return { attributes: { 'xsi:type': type }, ...fields };
}

type Element = Record<string, unknown>;

function isElement(node: unknown): node is Element {
  return typeof node === 'object' && node !== null && !Array.isArray(node) && !(node instanceof Date);
}

/** The node at a path of element names, or undefined. */
export function child(node: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((at, name) => (isElement(at) ? at[name] : undefined), node);
}

/** What may be several: none, one or many become a list. */
export function list(node: unknown): unknown[] {
  if (node === undefined || node === null) {
    return [];
  }
  return Array.isArray(node) ? (node as unknown[]) : [node];
}

/** The text of an element; null where it is absent. An empty element is empty text. */
export function text(node: unknown): string | null {
  if (node === undefined || node === null) {
    return null;
  }
  if (node instanceof Date) {
    return node.toISOString();
  }
  if (isElement(node)) {
    return '$value' in node ? text(node.$value) : '';
  }
  return Array.isArray(node) ? null : String(node);
}

/** Text that must be there. @throws UnexpectedAnswer */
export function requiredText(node: unknown, name: string): string {
  const found = text(node);
  if (found === null) {
    throw new UnexpectedAnswer(name);
  }
  return found;
}

export function integer(node: unknown): number | null {
  const found = text(node);
  return found === null || !/^-?\d+$/.test(found) ? null : Number(found);
}

export function requiredInteger(node: unknown, name: string): number {
  const found = integer(node);
  if (found === null) {
    throw new UnexpectedAnswer(name);
  }
  return found;
}

/** Absent means false. */
export function flag(node: unknown): boolean {
  return text(node) === 'true';
}

/** The moment as ISO 8601 in UTC, or null. */
export function moment(node: unknown): string | null {
  const found = text(node);
  const at = found === null ? NaN : Date.parse(found);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/** The value's own type, as `VirtualDisk`, whatever the prefix of attribute and type; null where it says none. */
export function typeOf(node: unknown): string | null {
  for (const [name, value] of Object.entries(attributesOf(node))) {
    if (name.endsWith(':type')) {
      return String(value).replace(/^.*:/, '');
    }
  }
  return null;
}

export function managedRef(node: unknown): ManagedRef | null {
  const type = attributesOf(node).type;
  const value = text(node);
  return typeof type === 'string' && value !== null ? { type, value } : null;
}

/** @throws UnexpectedAnswer */
export function requiredRef(node: unknown, name: string): ManagedRef {
  const found = managedRef(node);
  if (found === null) {
    throw new UnexpectedAnswer(name);
  }
  return found;
}

function attributesOf(node: unknown): Element {
  const attributes = child(node, 'attributes');
  return isElement(attributes) ? attributes : {};
}

/**
 * Where an object is in a cluster's API. Names come from plans, Secrets and other servers: each is checked before it
 * becomes part of an address, for `../configmaps/x` would be the address of something else.
 */
import { isDnsLabel, isDnsSubdomain } from '../../../plan/names';
import { failure } from '../../failure';
import { type ApiObject, type Kind, PODS } from './kinds';

export interface ObjectRef {
  name: string;
  /** Absent for kinds that live in no namespace. */
  namespace?: string;
}

export interface LogRef extends Required<ObjectRef> {
  container: string;
}

/** Longest part of a refused name that an error repeats. */
const LONGEST_QUOTE = 80;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const LABEL_VALUE = /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;

/**
 * Of all objects of a kind, in one namespace or in the cluster.
 * @throws InvalidInput for a namespace that Kubernetes can't have
 */
export function collectionPath(kind: Kind<ApiObject>, namespace?: string): string {
  const root = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  return namespace === undefined
    ? `${root}/${kind.plural}`
    : `${root}/namespaces/${segment('namespace', namespace, isDnsLabel)}/${kind.plural}`;
}

/** @throws InvalidInput for a name or namespace that Kubernetes can't have */
export function objectPath(kind: Kind<ApiObject>, { name, namespace }: ObjectRef): string {
  return `${collectionPath(kind, namespace)}/${segment(`name of the ${kind.kind}`, name, isDnsSubdomain)}`;
}

/**
 * The container itself is asked for in the query.
 * @throws InvalidInput for a part that Kubernetes can't have
 */
export function logPath({ container, ...pod }: LogRef): string {
  checked('name of the container', container, isDnsLabel);
  return `${objectPath(PODS, pod)}/log`;
}

/**
 * Selects what carries all of these labels. A value with a comma would be a selector of its own, and an empty one
 * would meet other objects.
 * @throws InvalidInput for a value that no label can have
 */
export function withLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}=${checked(`label ${label}`, value, (text) => LABEL_VALUE.test(text))}`)
    .join(',');
}

/**
 * Selects by a field that holds an object's name or UID.
 * @throws InvalidInput for a value that is neither
 */
export function withField(field: string, value: string | undefined): string {
  return `${field}=${checked(`field ${field}`, value, isDnsSubdomain)}`;
}

/** Checked, and encoded all the same: no rule of names may be all that keeps an address whole. */
function segment(what: string, value: string, isLegal: (text: string) => boolean): string {
  return encodeURIComponent(checked(what, value, isLegal));
}

/** Input that was not checked before may hold anything, also no text. */
function checked(what: string, value: unknown, isLegal: (text: string) => boolean): string {
  if (typeof value === 'string' && isLegal(value)) return value;
  const found =
    JSON.stringify(typeof value === 'string' ? value.slice(0, LONGEST_QUOTE) : value) ?? 'nothing';
  throw failure('InvalidInput', `the ${what} is ${found}, which Kubernetes does not take: nothing was asked`);
}

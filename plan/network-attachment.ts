/** Names of NetworkAttachmentDefinitions, as maps and Multus write them. */
import { isDnsLabel, isDnsSubdomain } from './names';

export interface NetworkAttachment {
  /** Empty: of the target namespace. */
  namespace: string;
  name: string;
}

/**
 * Multus' own form `namespace/name` in the place of a name, or a name beside a namespace. Null for what is neither, and
 * where the two name different namespaces.
 */
export function readAttachment({ namespace, name }: NetworkAttachment): NetworkAttachment | null {
  const [first = '', second, ...rest] = name.split('/');
  if (rest.length > 0) return null;
  const read = second === undefined ? { namespace, name: first } : { namespace: first, name: second };
  if (second !== undefined && (!isDnsLabel(first) || (namespace !== '' && namespace !== first))) return null;
  return read.name === '' || isDnsSubdomain(read.name) ? read : null;
}

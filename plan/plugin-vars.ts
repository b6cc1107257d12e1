/** Variables that a StorageMap gives to a plugin, by name. */
import { RESERVED_PLUGIN_VARS } from './plugin-contract';

const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export interface VarFault {
  /** Drover itself sets it. */
  isReserved: boolean;
  found: string;
  remedy: string;
}

/** What is wrong with the name of such a variable; null where it is sound. */
export function varFault(name: string): VarFault | null {
  const reserved: readonly string[] = RESERVED_PLUGIN_VARS;
  if (reserved.includes(name)) {
    const remedy = 'rename it: Drover itself tells every plugin this one';
    return { isReserved: true, found: `the variable ${name} is reserved`, remedy };
  }
  if (ENVIRONMENT_NAME.test(name)) return null;
  const found = `${JSON.stringify(name)} is no name of an environment variable`;
  const remedy = 'use letters, digits and underscores, not beginning with a digit';
  return { isReserved: false, found, remedy };
}

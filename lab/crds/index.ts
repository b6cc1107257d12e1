/** Every custom resource that the lab's cluster knows. */
import type { CustomResource } from './definition';
import { cdiDefinitions } from './cdi';
import { kubevirtDefinitions } from './kubevirt';
import { networkDefinitions } from './networks';

export function customResourceDefinitions(): CustomResource[] {
  return [...kubevirtDefinitions(), ...cdiDefinitions(), ...networkDefinitions()];
}

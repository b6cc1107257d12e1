/** What `activities/vsphere` has seen in the hardware and the options of a VM. */
import type { ReadConcern } from '../inventory';
import type { Policy } from './policy';

export function readFromSource(id: ReadConcern['id']): Policy['judge'] {
  return ({ planned }) =>
    planned.vm.concerns.flatMap((concern) =>
      concern.id === id ? [concern.detail === undefined ? {} : { detail: concern.detail }] : [],
    );
}

/** Every file below docs/ that is written from the code, or has parts that are: by its path there, as the code has it now. */
import { readFileSync } from 'node:fs';
import { packagePath } from '../../lab/package-path';
import { faultsTable } from './faults';
import { foldersTable } from './folders';
import { manifestParts } from './manifest-fields';
import { fill } from './markdown';
import { operationsParts } from './operations';
import { patchesTable } from './patches';
import { policiesParts } from './policies';
import { schemaFiles, temporalApiParts } from './temporal-api';

/** @throws a document that lost the place of a generated part */
export function generatedFiles(): Record<string, string> {
  return {
    'chaos.md': fill(current('chaos.md'), { faults: faultsTable() }),
    'design.md': fill(current('design.md'), { folders: foldersTable(), patches: patchesTable() }),
    'manifests.md': fill(current('manifests.md'), manifestParts()),
    'operations.md': fill(current('operations.md'), operationsParts()),
    'policies.md': fill(current('policies.md'), policiesParts()),
    'temporal-api.md': fill(current('temporal-api.md'), temporalApiParts()),
    ...Object.fromEntries(Object.entries(schemaFiles()).map(([name, text]) => [`schema/${name}`, text])),
  };
}

function current(document: string): string {
  return readFileSync(packagePath('docs', document), 'utf8');
}

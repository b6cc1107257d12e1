/** `node dist/client/generate-docs.js`: writes docs/schema and the generated parts of docs/temporal-api.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillDocument, schemaFiles } from './api-document';

function generate(docs: string): void {
  const document = join(docs, 'temporal-api.md');
  writeFileSync(document, fillDocument(readFileSync(document, 'utf8')));
  mkdirSync(join(docs, 'schema'), { recursive: true });
  for (const [name, text] of Object.entries(schemaFiles())) writeFileSync(join(docs, 'schema', name), text);
}

generate('docs');

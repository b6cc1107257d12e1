import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fillDocument, schemaFiles } from '../../client/api-document';
import { WORKFLOW_TYPES } from '../../client/workflow-types';
import * as workflows from '../../workflows';

const DOCS = join(__dirname, '..', '..', 'docs');
const UPDATE = 'run: npm run build && node dist/client/generate-docs.js';

it('the document about the Temporal contract is as the code has it', () => {
  const text = readFileSync(join(DOCS, 'temporal-api.md'), 'utf8');
  expect({ text: fillDocument(text), UPDATE }).toEqual({ text, UPDATE });
});

it('every schema file is as the code has it, and there is no other', () => {
  const files = schemaFiles();
  expect(readdirSync(join(DOCS, 'schema')).sort()).toEqual(Object.keys(files).sort());
  for (const [name, text] of Object.entries(files)) {
    expect({ name, text: readFileSync(join(DOCS, 'schema', name), 'utf8'), UPDATE }).toEqual({
      name,
      text,
      UPDATE,
    });
  }
});

it('names exactly the workflows that a worker offers', () => {
  expect(Object.keys(workflows).sort()).toEqual(Object.values(WORKFLOW_TYPES).sort());
});

it('refuses a document that lost the place of a generated part', () => {
  expect(() => fillDocument('# nothing')).toThrow('the document has no "<!-- generated: workflows -->"');
});

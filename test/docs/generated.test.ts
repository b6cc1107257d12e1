import { readFileSync, readdirSync } from 'node:fs';
import { WORKFLOW_TYPES } from '../../client/workflow-types';
import { packagePath } from '../../lab/package-path';
import * as workflows from '../../workflows';
import { generatedFiles } from './generated-files';
import { fill } from './markdown';

const UPDATE = 'run: npm run docs';

test.each(Object.entries(generatedFiles()))('docs/%s is as the code has it', (path, expected) => {
  const text = readFileSync(packagePath('docs', path), 'utf8');
  expect({ text, UPDATE }).toEqual({ text: expected, UPDATE });
});

test('no schema file is left of what is gone', () => {
  const there = readdirSync(packagePath('docs', 'schema')).map((name) => `schema/${name}`);
  expect(Object.keys(generatedFiles())).toEqual(expect.arrayContaining(there));
});

test('names exactly the workflows that a worker offers', () => {
  expect(Object.keys(workflows).sort()).toEqual(Object.values(WORKFLOW_TYPES).sort());
});

test('refuses a document that lost the place of a generated part', () => {
  expect(() => fill('# nothing', { workflows: '' })).toThrow(
    'the document has no "<!-- generated: workflows -->"',
  );
});

/** `npm run docs`: writes what is generated below docs/. */
import { writeFileSync } from 'node:fs';
import { packagePath } from '../../lab/package-path';
import { generatedFiles } from './generated-files';

for (const [path, text] of Object.entries(generatedFiles())) writeFileSync(packagePath('docs', path), text);

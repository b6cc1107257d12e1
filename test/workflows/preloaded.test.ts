/** Modules that the bundle loads once for all workflows are frozen by the SDK, with all that they export. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const PLAN = join(__dirname, '../../plan');
const FILES = (readdirSync(PLAN, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));

test.each(FILES)('plan/%s exports no expression that remembers where it was', (file) => {
  const exported = Object.entries(jest.requireActual<Record<string, unknown>>(join(PLAN, file)));
  const remembering = exported.filter(
    ([, value]) => value instanceof RegExp && (value.global || value.sticky),
  );
  expect(remembering.map(([name]) => name)).toEqual([]);
});

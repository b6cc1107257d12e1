/** Plugins that break the contract in one point each: the reference plugin with one thing changed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageRecipe } from '../../lab/image-folder';
import type { ImageRecipe } from '../../lab/push-image';
import type { Point } from '../../kit';

const REFERENCE_PLUGIN = join(__dirname, '../../examples/offload-plugin/plugin.mjs');

interface BrokenPlugin {
  /** Text of the reference plugin, and what stands in its place. */
  edit: readonly [from: string | RegExp, to: string];
  /** The points that it breaks, and what is seen of that. */
  breaks: Partial<Record<Point, RegExp>>;
  /** What else may be seen of it, if it is slow enough. */
  mayBreak?: Partial<Record<Point, RegExp>>;
}

const PLUGINS = {
  'writes wrong bytes': {
    edit: [
      "if (task.state === 'done') return",
      "if (task.state === 'done') fs.writeSync(fs.openSync(env.TARGET_PATH, 'r+'), 'not the source', 4096);\n" +
        "    if (task.state === 'done') return",
    ],
    breaks: { bytes: /not the source's/, adoption: /^attempt 3.*not the source's$/ },
  },
  'says less than before': {
    edit: ['bytesDone: said,', 'bytesDone: said % (task.bytesTotal / 2),'],
    breaks: { progress: /^it falls from \d+ to \d+ bytes$/ },
  },
  'is deaf to SIGTERM': {
    edit: ["process.on('SIGTERM', () => stop.abort());", "process.on('SIGTERM', () => {});"],
    breaks: { sigterm: /^it ignored SIGTERM: it went on for \d+ s/ },
  },
  'starts a second task': {
    edit: [/env\.COPY_ID/g, '`${env.COPY_ID}-${env.ATTEMPT}`'],
    breaks: { adoption: /^after attempt 2 was stopped, the task of attempt 1 went on writing$/ },
  },
  'prints the password': {
    edit: [
      '  return { authorization: `Basic',
      "  console.error('login', { user, password });\n  return { authorization: `Basic",
    ],
    breaks: { secrets: /password stands in its output/ },
  },
  'needs root': {
    edit: [
      'async function copy() {',
      "async function copy() {\n  writeFileSync('/etc/offload-plugin.state', '');",
    ],
    breaks: { copies: /EACCES/, restricted: /EACCES/ },
  },
  'says done without a copy': {
    edit: ['async function copy() {', 'async function copy() {\n  return Number(env.CAPACITY_BYTES);'],
    breaks: {
      bytes: /^exit code 0, and the volume's first \d+ bytes are not the source's$/,
      'typed-error': /^exit code 0/,
    },
    // On a busy machine SIGTERM may reach it before it has said so.
    mayBreak: { sigterm: /^exit code 0, and the copy was not done$/ },
  },
} satisfies Record<string, BrokenPlugin>;

export type BrokenName = keyof typeof PLUGINS;

export const BROKEN_PLUGINS: Record<BrokenName, BrokenPlugin> = PLUGINS;

/** An image of it. @param dir an empty place for its files */
export function brokenImage(name: BrokenName, dir: string): Promise<ImageRecipe> {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'plugin.mjs'), brokenText(name));
  const entrypoint = ['/usr/local/bin/node', '/image/plugin.mjs'];
  writeFileSync(join(dir, 'image.json'), JSON.stringify({ base: ['node'], entrypoint, user: '107' }));
  return imageRecipe(dir);
}

/** An edit that changes nothing is a mistake of the test. */
function brokenText(name: BrokenName): string {
  const [from, to] = BROKEN_PLUGINS[name].edit;
  const text = readFileSync(REFERENCE_PLUGIN, 'utf8');
  const broken = text.replace(from, to);
  if (broken === text) throw new Error(`the reference plugin does not say ${from}`);
  return `import * as fs from 'node:fs';\n${broken}`;
}

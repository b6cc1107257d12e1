/** Plugins that each break the contract in one point: the example in Python with one thing changed. */
import { join } from 'node:path';
import { skeleton } from '../../lab/image-bases';
import { buildProgram } from '../../lab/own-program';
import type { ImageRecipe } from '../../lab/push-image';
import type { Point } from '../../kit';

const EXAMPLE = join(__dirname, '../../examples/offload-plugin-python');
const BROKEN = join(__dirname, '../kit/broken');

interface BrokenPlugin {
  /** The points that it breaks, and what is seen of that. */
  breaks: Partial<Record<Point, RegExp>>;
  /** What else may be seen of it, if it is slow enough, or all points are asked for. */
  mayBreak?: Partial<Record<Point, RegExp>>;
}

const PLUGINS = {
  never_succeeds: { breaks: { copies: /^exit code 2/ } },
  writes_wrong_bytes: { breaks: { bytes: /not the source's/ } },
  copies_nothing: {
    breaks: {
      bytes: /^exit code 0, and the volume's first \d+ bytes are not the source's$/,
      'typed-error': /^exit code 0/,
    },
    // On a busy machine SIGTERM may reach it before it has said so.
    mayBreak: { sigterm: /^exit code 0, and the copy was not done$/ },
  },
  starts_again: {
    breaks: { quiet: /^exit code 0, and afterwards somebody wrote to the volume$/ },
    // What it writes once more stands in the array's cache when the power is cut.
    mayBreak: { durable: /^exit code 0, and a power cut lost/ },
  },
  falls_back: { breaks: { progress: /^it falls from \d+ to \d+ bytes$/ } },
  says_all_at_once: { breaks: { progress: /before they were copied$/ } },
  lies_in_result: { breaks: { result: /^it says \d+ bytes, and the disk has \d+$/ } },
  fails_without_words: { breaks: { 'typed-error': /^no typed error/ } },
  is_deaf: { breaks: { sigterm: /^it ignored SIGTERM: it went on for [\d.]+ s/ } },
  starts_a_second_task: {
    breaks: { adoption: /^after attempt 2 was stopped, the task of attempt 1 went on writing$/ },
  },
  takes_a_finished_task: { breaks: { 'finished-task': /^attempt 2 took the result of attempt 1/ } },
  names_its_task_for_the_vm: {
    breaks: { disks: /^of 2 copies at once, one is bad/ },
    // All that runs side by side in one test copies a disk of one VM.
    mayBreak: { adoption: /./, 'finished-task': /./, sigterm: /./, restricted: /./, progress: /./ },
  },
  cuts_the_copy_id: { breaks: { 'copy-id': /^of 3 copies at once, one is bad/ } },
  zeroes_the_tail: { breaks: { 'odd-size': /^exit code 0, and its volume has not the source's bytes$/ } },
  copies_the_base: { breaks: { snapshots: /^exit code 0, and its volume has not the source's bytes$/ } },
  trusts_the_cache: { breaks: { durable: /^exit code 0, and a power cut lost/ } },
  prints_the_password: { breaks: { secrets: /^vCenter's password stands in its output$/ } },
  prints_the_vendors_secret: { breaks: { secrets: /^token of the vendor's Secret stands in its output$/ } },
  needs_root: { breaks: { copies: /Permission denied/, restricted: /Permission denied/ } },
  knows_one_user: { breaks: { restricted: /^under a random user: exit code 1: "user \d+ is not 107"/ } },
} satisfies Record<string, BrokenPlugin>;

export type BrokenName = keyof typeof PLUGINS;

export const BROKEN_PLUGINS: Record<BrokenName, BrokenPlugin> = PLUGINS;

/** An image of the example in Python, which needs the machine's own Python. @param program path in the image */
export function pythonImage(program = '/plugin/plugin.py'): ImageRecipe {
  const entries = [
    { path: '/plugin', source: EXAMPLE },
    { path: '/broken', source: BROKEN },
  ];
  return {
    layers: [skeleton(), { entries }],
    entrypoint: ['/usr/bin/python3', program],
    env: { PYTHONPATH: '/plugin' },
    user: '107',
    labels: { 'dev.drover.lab.machine-usr': 'true' },
  };
}

/** An image of the example in Go, a program that needs no base. */
export async function goImage(): Promise<ImageRecipe> {
  const source = await buildProgram('offload-plugin-go', () => undefined);
  return {
    layers: [skeleton(), { entries: [{ path: '/plugin', source }] }],
    entrypoint: ['/plugin'],
    user: '107',
  };
}

export function brokenImage(name: BrokenName): ImageRecipe {
  return pythonImage(`/broken/${name}.py`);
}

import { runGroup } from './process-group';

/** Runs qemu-img to its end: an image is never left half-done by us. @throws Error with its own words */
export async function qemuImg(...args: string[]): Promise<void> {
  const said: string[] = [];
  const { code, notStarted } = await runGroup({
    program: 'qemu-img',
    args,
    onLine: (line) => said.push(line),
  });
  if (code === 0) return;
  const why =
    notStarted ?? (said.join(' ') || `it ended with ${code === null ? 'a signal' : `code ${code}`}`);
  throw new Error(`qemu-img ${args[0]} failed: ${why}`);
}

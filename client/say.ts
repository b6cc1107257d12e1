import { visible } from '../plan/visible';

/** Writes one line. Whatever others' words are in it, it stays one, and steers no terminal. */
export function say(stream: NodeJS.WritableStream, line: string): void {
  stream.write(`${visible(line)}\n`);
}

import { spawn } from 'node:child_process';

export interface ConsoleWatch {
  /** Of qemu, with the serial port as its standard output. */
  args: string[];
  /** What to wait for. A prompt counts, although its line has no end. */
  pattern: RegExp;
  deadlineMs: number;
  /** What is typed when the console shows a prompt. Absent: nothing. */
  answer?: Answer | undefined;
}

export interface Answer {
  prompt: RegExp;
  text: string;
}

/** Control sequences of a terminal, which boot loaders and shells write. */
const CONTROL = /\x1b\[[0-9;?]*[A-Za-z]|\r/g;
const SETPRIV = '/usr/bin/setpriv';
const TAIL_LINES = 15;

/**
 * Runs qemu until the pattern is on the console. qemu is gone when this resolves or rejects, and dies with the caller.
 * @returns the console's lines.
 * @throws Error with the console's last lines, when qemu ends or the deadline passes before that.
 */
export async function watchConsole({ answer, args, pattern, deadlineMs }: ConsoleWatch): Promise<string[]> {
  const qemu = spawn(SETPRIV, ['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end while it is answered.
  qemu.stdin.on('error', () => undefined);
  let text = '';
  let found = false;
  let answered = false;
  const read = (chunk: Buffer) => {
    text += chunk.toString();
    found ||= pattern.test(plain(text));
    if (!answered && answer?.prompt.test(plain(text)) === true) {
      answered = true;
      qemu.stdin.write(`${answer.text}\n`);
    }
    if (found) {
      qemu.kill('SIGKILL');
    }
  };
  qemu.stdout.on('data', read);
  qemu.stderr.on('data', read);
  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    qemu.kill('SIGKILL');
  }, deadlineMs);
  const ended = await new Promise<string>((resolve) => {
    qemu.once('error', (error) => resolve(error.message));
    qemu.once('close', (code) => resolve(`qemu ended with code ${code}`));
  });
  clearTimeout(deadline);
  const lines = plain(text).split('\n');
  if (found) {
    return lines;
  }
  const reason = late ? `not within ${deadlineMs / 1000} s` : ended;
  throw new Error(`${pattern} is not on the console (${reason}):\n${lines.slice(-TAIL_LINES).join('\n')}`);
}

function plain(text: string): string {
  return text.replace(CONTROL, '');
}

/** The `drover` command, or the demo, as a process that can be listened to and interrupted, in any environment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atTestEnd } from './test-end';

const DIST = join(__dirname, '..', '..', 'dist');
const DROVER = join(DIST, 'client', 'drover.js');
const DEMO = join(DIST, 'lab', 'demo.js');

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface DroverProcess {
  readonly pid: number;
  /** Resolves once the command has written this. Rejects with all that it said when it ends before. */
  said(pattern: RegExp): Promise<void>;
  interrupt(): void;
  /** As `| head` does when it has enough. */
  stopReading(): void;
  readonly ended: Promise<CommandResult>;
}

/**
 * Where it has not ended by itself, it ends with the test.
 * @param env added to the environment of the tests
 */
export function startDrover(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  options: { stdin?: string } = {},
): DroverProcess {
  return startScript([DROVER, ...args], env, options);
}

/** What `npm run demo` starts when everything is compiled. Where it has not ended by itself, it ends with the test. */
export function startDemo(args: readonly string[], env: NodeJS.ProcessEnv): DroverProcess {
  return startScript([DEMO, ...args], env, {});
}

function startScript(
  script: readonly string[],
  env: NodeJS.ProcessEnv,
  options: { stdin?: string },
): DroverProcess {
  const child = spawn(process.execPath, script, { env: { ...process.env, ...env } });
  const heard = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (heard.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (heard.stderr += text));
  child.stdin.end(options.stdin ?? '');
  child.once(
    'close',
    atTestEnd(() => child.kill('SIGKILL')),
  );
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => ({
    code: typeof code === 'number' ? code : -1,
    stdout: heard.stdout,
    stderr: signal === null ? heard.stderr : `${heard.stderr}\nended by ${signal}`,
  }));
  return {
    pid: child.pid ?? -1,
    ended,
    interrupt: () => void child.kill('SIGINT'),
    stopReading: () => void child.stdout.destroy(),
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(heard.stdout + heard.stderr)) resolve();
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        look();
        void ended.then(({ code, stdout, stderr }) =>
          reject(new Error(`it ended with ${code} and never said ${pattern}:\n${stdout}${stderr}`)),
        );
      }),
  };
}

/** Runs the command to its end. */
export function runDrover(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  options: { stdin?: string } = {},
): Promise<CommandResult> {
  return startDrover(args, env, options).ended;
}

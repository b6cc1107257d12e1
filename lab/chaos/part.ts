/** A process of the lab that a storm may kill, freeze and start again as it was. */
import { readFileSync, readlinkSync } from 'node:fs';
import { isRunning, type LabProcess, type ProcessSpec, startProcess, stopProcess } from '../process';

/** Variables of a channel to the process that started it: whoever starts it again has none. */
const CHANNEL = 'NODE_CHANNEL_';

export class Part {
  /** Between its being killed and its being started again. */
  private struck = false;
  private readonly spec: ProcessSpec;

  /** Of a process that runs: how it was started is read from the kernel. */
  constructor(
    private process: LabProcess,
    logDir: string,
  ) {
    const { name, pid } = process;
    const [, ...args] = listAt(pid, 'cmdline');
    const variables = listAt(pid, 'environ').map(splitVariable);
    const env = Object.fromEntries(variables.filter(([variable]) => !variable.startsWith(CHANNEL)));
    this.spec = { name, command: readlinkSync(`/proc/${pid}/exe`), args, logDir, env, lifetime: 'caller' };
  }

  get name(): string {
    return this.spec.name;
  }

  get pid(): number {
    return this.process.pid;
  }

  get runs(): boolean {
    return isRunning(this.process);
  }

  /** True where nobody has killed it, and it has ended all the same. */
  get gaveUp(): boolean {
    return !this.struck && !this.runs;
  }

  /** With all that it started. */
  freeze(): void {
    process.kill(-this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(-this.pid, 'SIGCONT');
  }

  /** SIGKILL: no goodbye. */
  kill(): void {
    this.struck = true;
    process.kill(-this.pid, 'SIGKILL');
  }

  /** Does not wait until it serves: that is for its clients to bear. */
  async start(): Promise<void> {
    this.process = await startProcess(this.spec);
    this.struck = false;
  }

  stop(): Promise<void> {
    return stopProcess(this.process);
  }
}

function listAt(pid: number, file: 'cmdline' | 'environ'): string[] {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').slice(0, -1);
}

function splitVariable(variable: string): [string, string] {
  const at = variable.indexOf('=');
  return [variable.slice(0, at), variable.slice(at + 1)];
}

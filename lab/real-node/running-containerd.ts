/** containerd as it runs: an administrator may change one of its settings, and start it again. */
import { existsSync, rmSync } from 'node:fs';
import { type StartedProcess, stopProcess } from '../process';
import { untilReady } from '../ready';
import { type ContainerdOptions, configureContainerd } from './containerd';

export interface ContainerdOnNode extends Omit<ContainerdOptions, 'deviceOwnership'> {
  /** Its socket, as this machine sees it. */
  socket: string;
  /** Starts its process with this file of settings. */
  start(config: string): Promise<StartedProcess>;
}

export class RunningContainerd {
  private running: StartedProcess | null = null;

  constructor(private readonly options: ContainerdOnNode) {}

  /**
   * Starts it, or starts it again: containers run on meanwhile, and the kubelet finds it again by itself.
   * @param deviceOwnership see ContainerdOptions; it counts for containers that are made from now on
   * @throws Error with the end of its log when it does not come up
   */
  async start({ deviceOwnership }: Pick<ContainerdOptions, 'deviceOwnership'>): Promise<void> {
    const { socket, start } = this.options;
    if (this.running !== null) await stopProcess(this.running);
    // One that was killed leaves its socket.
    rmSync(socket, { force: true });
    const process = await start(configureContainerd({ ...this.options, deviceOwnership }));
    this.running = process;
    await untilReady(process, () => Promise.resolve(existsSync(socket)));
  }
}

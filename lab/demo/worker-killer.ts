/** Kills the worker with SIGKILL twice on the way: while disks are copied, and while a guest is converted. */
import type { WatchSnapshot } from '../../client';
import type { StartedProcess } from '../process';
import type { LabState } from '../state';
import { killWorkerProcess, startWorkerProcess } from '../worker-process';

interface Moment {
  name: string;
  hasCome(snapshot: WatchSnapshot): boolean;
}

const MOMENTS: readonly Moment[] = [
  {
    name: 'while disks are copied',
    hasCome: ({ vms }) =>
      vms.some(({ state }) => state?.disks.some((disk) => disk.phase === 'copying') ?? false),
  },
  {
    name: 'while a guest is converted',
    hasCome: ({ vms }) => vms.some(({ state }) => state?.phase === 'convert'),
  },
];

export class WorkerKiller {
  private readonly moments = [...MOMENTS];

  constructor(
    private readonly lab: LabState,
    private readonly log: (line: string) => void,
  ) {}

  /** Returns the worker that runs now: another one, where this was a moment to kill it. */
  async consider(snapshot: WatchSnapshot, worker: StartedProcess): Promise<StartedProcess> {
    const [moment] = this.moments;
    if (!moment?.hasCome(snapshot)) return worker;
    this.moments.shift();
    await killWorkerProcess(worker);
    this.log(`killed the worker ${moment.name} (SIGKILL); starting another`);
    return startWorkerProcess(this.lab);
  }

  /** Kills that were never due: a demo that promised them must not pass over it. */
  get missed(): string[] {
    return this.moments.map(({ name }) => name);
  }
}

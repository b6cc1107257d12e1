/** What a piece of work costs all processes of the lab: time, requests and CPU. */
import type { LabState } from '../state';
import { countRequests, type RequestCount } from './audit';
import { cpuSeconds, ownCpuSeconds } from './cpu';

/** All values except the seconds and the kinds of requests are per VM. */
export interface Cost {
  /** From the start of the work to its end. */
  seconds: number;
  ownRequests: number;
  totalRequests: number;
  /** Drover's own, of all VMs together. */
  requestKinds: RequestCount['byKind'];
  /** CPU seconds by process. */
  cpu: Record<string, number>;
}

/** Runs the work and measures its cost over all processes, this one included: it is the client or the loop. */
export async function measureCost<R>(
  lab: LabState,
  { vms, worker }: { vms: number; worker: { name: string; pid: number } },
  run: () => Promise<R>,
): Promise<{ cost: Cost; result: R }> {
  const cpuNow = () => ({ ...cpuSeconds([...lab.processes, worker]), bench: ownCpuSeconds() });
  const cpuBefore: Record<string, number> = cpuNow();
  const from = new Date();
  const result = await run();
  const seconds = (Date.now() - from.getTime()) / 1000;
  const cpuAfter = Object.entries(cpuNow());

  const requests = await countRequests(lab.auditLog, { from, to: new Date() });
  const cost = {
    seconds,
    ownRequests: requests.own / vms,
    totalRequests: requests.total / vms,
    requestKinds: requests.byKind,
    cpu: Object.fromEntries(cpuAfter.map(([name, after]) => [name, (after - (cpuBefore[name] ?? 0)) / vms])),
  };
  return { cost, result };
}

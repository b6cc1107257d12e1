/** A whole lab with everything that end-to-end tests look at and turn. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { CoreV1Api } from '@kubernetes/client-node';
import type { Manifests } from '../../activities/interfaces';
import { ApiClient } from '../../activities/kubernetes/api/api-client';
import { PERSISTENT_VOLUMES } from '../../activities/kubernetes/api/kinds';
import type { MigrationHandle } from '../../client';
import { loadCluster } from '../../lab/apply';
import { verifyVm } from '../../lab/verify';
import type { VmSpec } from '../../lab/vcenter-spec';
import type { migrateVm } from '../../workflows';
import { stateQuery, type VmResult, type VmState, type WaveVm } from '../../workflows/temporal-api';
import { startWholeLab, type WholeLab, type WholeLabOptions } from '../support/whole-lab';
import { madeIn } from './audit';
import { contentsOf } from '../../lab/contents';
import { type Beyond, inventory, TARGET_NAMESPACE } from './site';
import { Source } from './source';
import { StorageArray } from './storage-array';
import { eventually } from '../support/eventually';

/** Bringing up a lab on two busy cores. It only ends what hangs. */
export const LAB_TIMEOUT_MS = 300_000;

export interface Started {
  wave: MigrationHandle;
  /** By name. */
  vm(name: string): StartedVm;
}

export interface StartedVm {
  name: string;
  moref: string;
  workflowId: string;
  /** Of its migrations this one; absent: the latest. */
  runId?: string;
}

type Of = Pick<StartedVm, 'workflowId' | 'runId'>;

export class Stage {
  readonly source: Source;
  readonly array: StorageArray;
  /** As an administrator. */
  readonly admin: ApiClient;

  private constructor(readonly whole: WholeLab) {
    const { state } = whole.lab;
    this.source = new Source(state);
    this.array = new StorageArray(state);
    this.admin = new ApiClient(loadCluster(state.kubeconfig));
  }

  static async open(
    vms: readonly VmSpec[],
    { networks, datastores, ...options }: Omit<WholeLabOptions, 'inventory'> & Beyond = {},
  ): Promise<Stage> {
    return new Stage(
      await startWholeLab({ ...options, inventory: inventory(vms, { networks, datastores }) }),
    );
  }

  async close(): Promise<void> {
    await this.source.close();
    this.admin.close();
    await this.whole.stop();
  }

  /** Starts a plan and waits until its VMs are known. */
  async start(manifests: Manifests): Promise<Started> {
    const wave = await this.whole.drover.startMigration(manifests);
    const { problems, vms } = await wave.resolved();
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const find = (name: string): StartedVm => {
      const found = vms.find((candidate) => candidate.name === name);
      if (found === undefined) throw new Error(`the plan has no VM ${name}`);
      return found;
    };
    return { wave, vm: find };
  }

  /** Waits until every VM of a wave has succeeded; says why as soon as one has parked or failed instead. */
  async succeeded(wave: MigrationHandle): Promise<void> {
    for await (const { wave: heard } of wave.watch()) {
      const good = (vm: WaveVm) =>
        vm.phase === 'ended' ? vm.outcome === 'succeeded' : vm.phase !== 'parked';
      const bad = heard?.vms.filter((vm) => !good(vm)) ?? [];
      const reasons = bad.map(({ name, failure }) => `${name}: ${failure?.message ?? 'given up'}`);
      if (reasons.length > 0) throw new Error(`not every VM succeeded: ${reasons.join('; ')}`);
    }
    const { succeeded, problems } = await wave.result();
    if (!succeeded) throw new Error(`the wave did not succeed: ${JSON.stringify(problems)}`);
  }

  state({ workflowId, runId }: Of): Promise<VmState> {
    return this.whole.temporal.workflow.getHandle(workflowId, runId).query(stateQuery);
  }

  /** Null where its wave has yet to start it. */
  stateIfStarted(vm: Of): Promise<VmState | null> {
    return this.state(vm).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    });
  }

  result({ workflowId, runId }: Of): Promise<VmResult> {
    return this.whole.temporal.workflow.getHandle<typeof migrateVm>(workflowId, runId).result();
  }

  /** Waits until a migration is as asked. Fails at once where it has ended or parked otherwise. */
  async until(vm: StartedVm, what: string, holds: (state: VmState) => boolean): Promise<VmState> {
    // Queries are answered after each step of the workflow: there is no event to await from outside.
    return eventually(async () => {
      const state = await this.stateIfStarted(vm);
      if (state === null) return null;
      if (holds(state)) return state;
      if (state.outcome !== null || state.attention !== null) {
        const said = state.failure === null ? state.outcome : state.failure.message;
        throw new Error(`${vm.name} never came to "${what}": ${state.phase}, ${said}`);
      }
      return null;
    });
  }

  /**
   * Ends the run of a migration from outside, once it is as asked. What holds it there stands before it starts: fails where it
   * has gone on before it was ended.
   */
  async lose(vm: StartedVm, what: string, holds: (state: VmState) => boolean): Promise<VmState> {
    const { workflow } = this.whole.temporal;
    const { runId } = await eventually(() =>
      workflow
        .getHandle(vm.workflowId)
        .describe()
        .catch(() => null),
    );
    const run = { ...vm, runId };
    await this.until(run, what, holds);
    await workflow.getHandle(vm.workflowId, runId).terminate('the operator was wrong');
    const lost = await this.state(run);
    if (!holds(lost))
      throw new Error(`${vm.name} went on from "${what}" to ${lost.phase} before it was ended`);
    return lost;
  }

  parked(vm: StartedVm): Promise<VmState> {
    return this.until(vm, 'parked', ({ attention }) => attention !== null);
  }

  copying(vm: StartedVm): Promise<VmState> {
    return this.until(vm, 'copying', ({ disks }) => disks.every(({ phase }) => phase === 'copying'));
  }

  /** Waits until virt-v2v is at work on the guest, by what `drover status` shows of it. */
  converting({ name }: StartedVm): Promise<string> {
    return eventually(async () => {
      const { stdout } = await this.whole.run('status', name);
      return /Converting the guest/.exec(stdout)?.[0];
    });
  }

  /** Hashes of both sides of each disk; every volume is compared with its source as it is now. */
  async verdicts(state: VmState): Promise<{ equal: boolean; bytes: number }[]> {
    const { lab } = this.whole;
    const core = loadCluster(lab.state.kubeconfig).makeApiClient(CoreV1Api);
    const verdicts = await verifyVm(lab.state, core, state);
    return verdicts.map(({ equal, bytes }) => ({ equal, bytes }));
  }

  /** `resource/name` of everything in the target namespace. */
  contents(): Promise<string[]> {
    return contentsOf(loadCluster(this.whole.lab.state.kubeconfig), TARGET_NAMESPACE);
  }

  /** Names of the PersistentVolumes that belong to claims of the target namespace. */
  async persistentVolumes(): Promise<string[]> {
    const { items } = await this.admin.list(PERSISTENT_VOLUMES);
    const theirs = items.filter(({ spec }) => spec?.claimRef?.namespace === TARGET_NAMESPACE);
    return theirs.map(({ metadata }) => metadata?.name ?? '');
  }

  /** `resource/name` of everything that was ever made in the target namespace. */
  made(): string[] {
    return madeIn(this.whole.lab.state.auditLog, TARGET_NAMESPACE);
  }
}

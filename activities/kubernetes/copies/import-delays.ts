/**
 * What keeps CDI's importer from starting. CDI notes on the DataVolume only what the importer's container says. If no
 * node takes the Pod, the Pod says so. If the cluster refuses the Pod, the events of the claim say so.
 */
import type { FrozenDisk } from '../../../plan/frozen';
import type { VmRef } from '../../../plan/vm-ref';
import type { ApiClient } from '../api/api-client';
import { shorten } from '../api/errors';
import { type DataVolume, type Event, type Pod, PODS } from '../api/kinds';
import { type AboutObject, eventsAbout } from '../pods/events';
import type { JobInProgress } from '../pods/job-pods';
import { latest, type StartDelay, startDelay } from '../pods/pod-reasons';
import { Questions } from '../waiting/questions';

/** Most importers run before Drover asks for a reason the first time. */
const PAUSES = { first: 6_000, next: 5_000 };
/** Tolerance when events are compared with the worker's clock: their times are whole seconds of the cluster's clock. */
const CLOCK_MS = 5_000;
/** CDI calls an importer running for as long as the first container of its Pod runs, by name: that may be another one. */
const STILL_MS = 20_000;

export class ImportDelays {
  private readonly questions = new Questions(PAUSES);
  private last: JobInProgress | null = null;
  /** Since when this wait has seen no importer Pod; milliseconds since the epoch. */
  private missingSince = Date.now();
  /** As CDI says it, and since when it has been so; milliseconds since the epoch. */
  private progress: string | undefined;
  private stillSince = Date.now();

  /** @param turn when the import's turn came, or was last seen to run; milliseconds since the epoch */
  constructor(
    private readonly api: ApiClient,
    private readonly about: { vm: VmRef; disk: FrozenDisk },
    private turn: number,
  ) {}

  /** Null for an importer that runs, and while it is too early to say. */
  async of(volume: DataVolume): Promise<JobInProgress | null> {
    if (isRunning(volume) && this.getsOn(volume)) this.forgetDelay();
    if (this.questions.isTime()) this.last = await this.questions.ask(() => this.now(volume));
    return this.last;
  }

  private getsOn({ status }: DataVolume): boolean {
    if (status?.progress !== this.progress) this.stillSince = Date.now();
    this.progress = status?.progress;
    return Date.now() < this.stillSince + STILL_MS;
  }

  private async now(volume: DataVolume): Promise<JobInProgress | null> {
    const { vm, disk } = this.about;
    const pod = await this.api.find(PODS, { name: importerName(disk), namespace: vm.namespace });
    const lingering = pod === null ? null : lingeringBeside(pod);
    if (lingering !== null) return this.ofLingering(pod, lingering);
    if (!isRunning(volume)) return pod === null ? this.ofMissing(volume) : this.ofPod(pod);
    // It is slow, and runs.
    this.forgetDelay();
    return null;
  }

  /** The importer runs: if it waits again later, a new delay begins. */
  private forgetDelay(): void {
    this.turn = Date.now();
    this.questions.beginAnew();
    this.missingSince = this.turn;
    this.last = null;
  }

  /** Never a reason to give the import up: what it has copied is there. */
  private ofLingering(pod: Pod | null, container: string): JobInProgress {
    this.missingSince = Date.now();
    const clause = `the importer has ended, but container ${container} of its Pod still runs, and CDI waits for it`;
    return { pod, since: this.missingSince, delay: { clause, kind: 'trouble' } };
  }

  private async ofPod(pod: Pod): Promise<JobInProgress> {
    this.missingSince = Date.now();
    const since = Math.max(this.turn, Date.parse(pod.metadata?.creationTimestamp ?? '') || 0);
    const events = startDelay(pod) === null ? await this.events('involvedObject.uid', pod.metadata?.uid) : [];
    return { pod, since, delay: startDelay(pod, events) };
  }

  private async ofMissing({ status }: DataVolume): Promise<JobInProgress> {
    const refused = latest(
      (await this.events('involvedObject.name', this.about.disk.volumeName)).filter(
        ({ type, reason, lastTimestamp, eventTime }) =>
          type === 'Warning' &&
          reason?.startsWith('Err') === true &&
          // Earlier events concern an earlier importer, or the making of the claim.
          Date.parse(lastTimestamp ?? eventTime ?? '') >= this.turn - CLOCK_MS,
      ),
    );
    const waits = status?.conditions?.find(({ type, status: holds }) => type === 'Bound' && holds !== 'True');
    const { reason, message } = refused ?? waits ?? {};
    const why = reason === undefined ? 'CDI gives no reason' : `${reason}: ${shorten(message ?? '')}`;
    const delay: StartDelay = { clause: `no importer is made; ${why}`, kind: 'trouble' };
    return { pod: null, since: this.missingSince, delay };
  }

  /** Events only explain a delay to people. If they can't be read, the wait goes on without them. */
  private async events(field: AboutObject['field'], value: string | undefined): Promise<Event[]> {
    const { namespace } = this.about.vm;
    try {
      return await eventsAbout(this.api, { namespace, field, value });
    } catch {
      return [];
    }
  }
}

/**
 * A container that the cluster added and that outlives the importer, as a service mesh's proxy: for CDI the import then never
 * ends. Null where there is none.
 */
function lingeringBeside({ status }: Pod): string | null {
  const containers = status?.containerStatuses ?? [];
  const importer = containers.find(({ name }) => name === 'importer');
  if (importer?.state?.terminated?.exitCode !== 0) return null;
  return containers.find(({ state }) => state?.running !== undefined)?.name ?? null;
}

/** The name that CDI gives the importer (CDI 1.66, pkg/controller/import-controller.go: createImportPodNameFromPvc). */
function importerName({ volumeName }: FrozenDisk): string {
  return `importer-${volumeName}`;
}

function isRunning({ status }: DataVolume): boolean {
  return (status?.conditions ?? []).some(({ type, status: holds }) => type === 'Running' && holds === 'True');
}

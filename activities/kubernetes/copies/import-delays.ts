/**
 * What keeps CDI's importer from starting. CDI notes on the DataVolume what the container says, and no more: that no node
 * takes the Pod stands in the Pod, that no Pod may be made in the events of the claim.
 */
import type { FrozenDisk } from '../../../plan/frozen';
import type { VmRef } from '../../../plan/vm-ref';
import { withField } from '../api/api-address';
import type { ApiClient } from '../api/api-client';
import { shorten } from '../api/errors';
import { type DataVolume, type Event, EVENTS, type Pod, PODS } from '../api/kinds';
import type { JobInProgress } from '../pods/job-pods';
import { latest, type StartDelay, startDelay } from '../pods/pod-reasons';

/** An ordinary start is over by then, and nothing is asked. */
const FIRST_LOOK_MS = 6_000;
const NEXT_LOOK_MS = 5_000;
/** One cause is one event, however often it happens: more are not of one claim. */
const MOST_EVENTS = 100;
/** Events have whole seconds, of a clock that is not ours. */
const CLOCK_MS = 5_000;

export class ImportDelays {
  private nextLook: number;
  private last: JobInProgress | null = null;
  /** Since when nobody has seen an importer: whether there was one before this wait began, nobody knows. */
  private missingSince = Date.now();

  /** @param turn when the import's turn came, or was last seen to run; milliseconds since the epoch */
  constructor(
    private readonly api: ApiClient,
    private readonly about: { vm: VmRef; disk: FrozenDisk },
    private turn: number,
  ) {
    this.nextLook = Date.now() + FIRST_LOOK_MS;
  }

  /** Null for an importer that runs, and while it is too early to say. */
  async of(volume: DataVolume): Promise<JobInProgress | null> {
    if (isRunning(volume)) this.beginAnew();
    if (Date.now() < this.nextLook) return this.last;
    this.nextLook = Date.now() + NEXT_LOOK_MS;
    const { vm, disk } = this.about;
    const pod = await this.api.find(PODS, { name: importerName(disk), namespace: vm.namespace });
    this.last = pod === null ? await this.ofMissing(volume) : await this.ofPod(pod);
    return this.last;
  }

  /** Whatever keeps the importer from now on is another delay. */
  private beginAnew(): void {
    this.turn = Date.now();
    this.nextLook = this.turn + FIRST_LOOK_MS;
    this.missingSince = this.turn;
    this.last = null;
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
          // Those of before are of another importer, or of the claim.
          Date.parse(lastTimestamp ?? eventTime ?? '') >= this.turn - CLOCK_MS,
      ),
    );
    const waits = status?.conditions?.find(({ type, status: holds }) => type === 'Bound' && holds !== 'True');
    const { reason, message } = refused ?? waits ?? {};
    const why = reason === undefined ? 'CDI gives no reason' : `${reason}: ${shorten(message ?? '')}`;
    const delay: StartDelay = { clause: `no importer is made; ${why}`, kind: 'trouble' };
    return { pod: null, since: this.missingSince, delay };
  }

  /** Nothing depends on them but what people read. */
  private async events(field: string, value: string | undefined): Promise<Event[]> {
    const { namespace } = this.about.vm;
    const fieldSelector = withField(field, value);
    try {
      return (await this.api.list(EVENTS, { namespace, fieldSelector, limit: MOST_EVENTS })).items;
    } catch {
      return [];
    }
  }
}

/** As CDI names it (1.66, pkg/controller/import-controller.go: createImportPodNameFromPvc). */
function importerName({ volumeName }: FrozenDisk): string {
  return `importer-${volumeName}`;
}

function isRunning({ status }: DataVolume): boolean {
  return (status?.conditions ?? []).some(({ type, status: holds }) => type === 'Running' && holds === 'True');
}

/** The target volume of a trial: made, and read by a Pod of ours. Whoever copied has no part in it. */
import { type ContainerStatus, type Pod, PODS, VOLUME_CLAIMS } from '../activities/kubernetes/api/kinds';
import type { BoundVolume } from '../activities/kubernetes/objects/plugin-job';
import { attachAsTarget } from '../activities/kubernetes/objects/attached-disks';
import { NO_SIDECARS } from '../activities/kubernetes/objects/no-sidecars';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../activities/kubernetes/objects/restricted';
import { volumeClaim } from '../activities/kubernetes/objects/volume-claim';
import { diskLabels } from '../activities/kubernetes/api/ownership';
import { containerStatuses } from '../activities/kubernetes/pods/pod-containers';
import { whyEnded, whyWaiting } from '../activities/kubernetes/pods/pod-reasons';
import { boundVolume } from '../activities/kubernetes/copies/plugin-copies';
import { DeadlineError, waitFor } from '../activities/kubernetes/waiting/wait';
import { SiteError } from './site-error';
import type { Trial } from './trial';

/** SHA-256 of the disk's bytes on the volume; a file that is not there has none. */
export interface VolumeReading {
  /** As the plugin left it. */
  left: string;
  /** With the canaries. */
  before: string;
  /** After the quiet time: it differs from `before` where somebody still writes. */
  after: string;
}

export interface ReadingOptions {
  /** Between the last two hashes. */
  quietSeconds: number;
  /**
   * Writes random sectors over the disk first. Who copies the same bytes once more shows itself by them alone. What was
   * on the volume is lost.
   */
  canaries?: boolean;
}

/** For the largest of disks. */
const READ_SECONDS = 6 * 3600;

const READER = 'reader';

/** Makes the volume, and binds it by reading it: a class may wait for its first consumer. */
export async function makeVolume(trial: Trial): Promise<BoundVolume> {
  const { api } = trial.site.cluster;
  await api.create(VOLUME_CLAIMS, volumeClaim(trial.vm, trial.disk));
  await readVolume(trial, 'bind', { quietSeconds: 0 });
  return boundVolume(api, { name: trial.disk.volumeName, namespace: trial.vm.namespace });
}

/** @throws SiteError where the reader may not read the volume, or write its canaries */
export async function readVolume(
  trial: Trial,
  name: string,
  options: ReadingOptions,
): Promise<VolumeReading> {
  const { api } = trial.site.cluster;
  const pod = readerPod(trial, name, options);
  await api.create(PODS, pod);
  const ref = { name: pod.metadata?.name ?? '', namespace: trial.vm.namespace };
  const message = await endOf(trial, ref);
  await api.delete(PODS, ref);
  const [left = '', before = '', after = ''] = message.trim().split(/\s+/);
  return { left, before, after };
}

async function endOf({ site }: Trial, ref: { name: string; namespace: string }): Promise<string> {
  const { cluster, informers, limits, signal, readerImage } = site;
  let why: string | null = null;
  const look = (pod: Pod | undefined): { message: string } | undefined => {
    const ended = pod === undefined ? undefined : readerStatus(pod)?.state?.terminated;
    if (pod === undefined || ended === undefined) {
      why = pod === undefined ? null : whyWaiting(pod);
      return undefined;
    }
    if (ended.exitCode === 0) return { message: ended.message ?? '' };
    throw new SiteError(`the reader ${readerImage} failed: ${ended.message ?? whyEnded(pod, READER)}`);
  };
  const deadline = Date.now() + (READ_SECONDS + limits.start) * 1_000;
  const where = { kind: PODS, namespace: ref.namespace };
  try {
    const isReader = ({ metadata }: Pod) => metadata?.name === ref.name;
    const { message } = await informers.using(cluster, where, (pods) =>
      waitFor(pods, isReader, ([pod]) => look(pod), { deadline, signal }),
    );
    return message;
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw new SiteError(`the reader ${readerImage} did not end: ${why ?? 'no reason is known'}`);
  }
}

function readerStatus(pod: Pod): ContainerStatus | undefined {
  return containerStatuses(pod).find(({ name }) => name === READER);
}

const SECTOR_BYTES = 512;
/** So dense that a task at work soon overwrites one, wherever it is. The first and the last sector are among them. */
const CANARIES = 32;

/** Reads past the page cache where `dd` can: arrays write beneath the volume. A failed read must not pass for bytes. */
const SCRIPT = `
set -u
end() { echo "$1" > /dev/termination-log; exit "$2"; }
hash() {
  [ -e "$TARGET" ] || { echo none; return; }
  dd if="$TARGET" iflag=nocache count=0 2> /dev/null || :
  { head -c "$BYTES" "$TARGET" 2> /tmp/why || : > /tmp/failed; } | sha256sum | cut -d ' ' -f 1
}
sure() { [ ! -e /tmp/failed ] || end "it can't read the volume: $(head -n 1 /tmp/why)" 1; }
canary() { dd if=/dev/urandom of="$TARGET" bs=${SECTOR_BYTES} count=1 seek="$1" conv=notrunc 2> /tmp/why; }
sectors=$((BYTES / ${SECTOR_BYTES}))
left=$(hash); sure
if [ "$CANARIES" -gt 0 ] && [ "$left" != none ]; then
  for place in $(seq 0 $((CANARIES - 1))); do
    canary $((place * (sectors - 1) / (CANARIES - 1))) || end "it can't write to the volume: $(head -n 1 /tmp/why)" 1
  done
  dd if=/dev/null of="$TARGET" conv=notrunc,fsync 2> /dev/null
fi
before=$(hash); sure
sleep "$QUIET"
after=$(hash); sure
end "$left $before $after" 0
`;

function readerPod({ site, vm, disk }: Trial, name: string, { quietSeconds, canaries }: ReadingOptions): Pod {
  const target = attachAsTarget(disk);
  const env = {
    TARGET: target.path,
    BYTES: String(disk.capacityBytes),
    QUIET: String(quietSeconds),
    CANARIES: String(canaries === true ? CANARIES : 0),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${vm.baseName}-${name}`,
      namespace: vm.namespace,
      labels: { ...diskLabels(vm, disk), ...NO_SIDECARS.labels },
      annotations: NO_SIDECARS.annotations,
    },
    spec: {
      ...RESTRICTED_POD,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: READER,
          image: site.readerImage,
          ...RESTRICTED_CONTAINER,
          ...target.attach,
          command: ['/bin/sh', '-c', SCRIPT],
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
          resources: { requests: { cpu: '10m', memory: '32Mi' } },
        },
      ],
      volumes: [target.volume],
    },
  };
}

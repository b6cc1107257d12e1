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

/** SHA-256 of the disk's bytes on the volume, twice; a file that is not there has none. */
export interface VolumeReading {
  before: string;
  /** After the quiet time. */
  after: string;
}

/** For the largest of disks. */
const READ_SECONDS = 6 * 3600;

const READER = 'reader';

/** Makes the volume, and binds it by reading it: a class may wait for its first consumer. */
export async function makeVolume(trial: Trial): Promise<BoundVolume> {
  const { api } = trial.site.cluster;
  await api.create(VOLUME_CLAIMS, volumeClaim(trial.vm, trial.disk));
  await readVolume(trial, 'bind', 0);
  return boundVolume(api, { name: trial.disk.volumeName, namespace: trial.vm.namespace });
}

/** @param quietSeconds between the two readings */
export async function readVolume(trial: Trial, name: string, quietSeconds: number): Promise<VolumeReading> {
  const { api } = trial.site.cluster;
  const pod = readerPod(trial, name, quietSeconds);
  await api.create(PODS, pod);
  const ref = { name: pod.metadata?.name ?? '', namespace: trial.vm.namespace };
  const message = await endOf(trial, ref);
  await api.delete(PODS, ref);
  const [before = '', after = ''] = message.trim().split(/\s+/);
  return { before, after };
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

const SCRIPT = [
  'hash() { [ -e "$TARGET" ] && head -c "$BYTES" "$TARGET" | sha256sum | cut -d " " -f 1 || echo none; }',
  'first=$(hash); sleep "$QUIET"; second=$(hash)',
  'echo "$first $second" > /dev/termination-log',
].join('\n');

function readerPod({ site, vm, disk }: Trial, name: string, quietSeconds: number): Pod {
  const target = attachAsTarget(disk);
  const env = { TARGET: target.path, BYTES: String(disk.capacityBytes), QUIET: String(quietSeconds) };
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

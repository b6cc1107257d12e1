/** Whether a volume is made, bound, and written to as Drover's copiers write: by user 107, without any right. */
import { inParallel } from '../../activities/in-parallel';
import { VOLUME_CLAIMS } from '../../activities/kubernetes/api/kinds';
import type { AccessMode, TargetStorageClass, VolumeMode } from '../../plan/inventory';
import type { Outcome, TriedVolume } from '../facts';
import { look } from '../reading';
import { runJob, runUntilStarted, type TriedPod } from './run-pod';
import type { Scratch } from './scratch';

/** Small, and large enough for drivers that round up. */
const BYTES = 64 * 2 ** 20;
/** More at once would be a test of the driver's. */
const AT_ONCE = 4;

const SCRIPT = `
set -u
end() { printf '%s' "$1" > /dev/termination-log; exit "$2"; }
head -c 65536 /dev/urandom > /tmp/drover-bytes || end "it can't make bytes in /tmp" 1
dd if=/tmp/drover-bytes of="$TARGET" bs=65536 count=1 conv=notrunc,fsync 2> /tmp/drover-why \\
  || end "it can't write: $(head -n 1 /tmp/drover-why)" 1
dd if="$TARGET" of=/tmp/drover-back bs=65536 count=1 2> /tmp/drover-why \\
  || end "it can't read: $(head -n 1 /tmp/drover-why)" 1
[ "$(sha256sum < /tmp/drover-bytes)" = "$(sha256sum < /tmp/drover-back)" ] || end "it read other bytes than it wrote" 1
end written 0
`;

export interface WantedVolume {
  storageClass: string;
  volumeMode: VolumeMode;
  accessMode: AccessMode;
}

/** Of each class with each mode that its profile names, or with both where it names none. */
export function wantedVolumes(classes: readonly TargetStorageClass[]): WantedVolume[] {
  return classes.flatMap(({ name, claimPropertySets: sets }) =>
    (['Block', 'Filesystem'] as const).flatMap((volumeMode): WantedVolume[] => {
      if (sets.length === 0) return [{ storageClass: name, volumeMode, accessMode: 'ReadWriteOnce' }];
      const modes = sets.find((set) => set.volumeMode === volumeMode)?.accessModes;
      return modes === undefined
        ? []
        : [{ storageClass: name, volumeMode, accessMode: modes[0] ?? 'ReadWriteOnce' }];
    }),
  );
}

export interface VolumesQuestion {
  volumes: readonly WantedVolume[];
  binderImage: string;
  /** With sh and coreutils. */
  readerImage: string;
}

export async function tryVolumes(scratch: Scratch, question: VolumesQuestion): Promise<TriedVolume[]> {
  const places = question.volumes.map((one, place) => ({ ...one, name: `volume-${place}` }));
  return inParallel(places, AT_ONCE, async (one) => {
    const { storageClass, volumeMode } = one;
    return { storageClass, volumeMode, outcome: await look(() => tryVolume(scratch, one, question)) };
  });
}

async function tryVolume(
  scratch: Scratch,
  { name, storageClass, volumeMode, accessMode }: WantedVolume & { name: string },
  { binderImage, readerImage }: VolumesQuestion,
): Promise<Outcome> {
  const { cluster, namespace, labels, signal } = scratch;
  signal.throwIfAborted();
  await cluster.api.create(VOLUME_CLAIMS, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, labels },
    spec: {
      accessModes: [accessMode],
      volumeMode,
      storageClassName: storageClass,
      resources: { requests: { storage: String(BYTES) } },
    },
  });
  const pod = (step: string, image: string, more: object): TriedPod => ({
    name: `${name}-${step}`,
    container: { image, ...attachments(volumeMode), ...more },
    volumes: [{ name: 'target', persistentVolumeClaim: { claimName: name } }],
  });
  const bound = await runUntilStarted(scratch, pod('bind', binderImage, {}));
  if (!bound.ok) return { ok: false, said: `the binder did not start: ${bound.said}` };
  const target = volumeMode === 'Block' ? DEVICE : `${DIRECTORY}/disk.img`;
  const env = [{ name: 'TARGET', value: target }];
  return runJob(scratch, pod('copy', readerImage, { command: ['/bin/sh', '-c', SCRIPT], env }));
}

const DEVICE = '/dev/drover/target';
const DIRECTORY = '/mnt/target';

function attachments(mode: VolumeMode) {
  return mode === 'Block'
    ? { volumeDevices: [{ name: 'target', devicePath: DEVICE }] }
    : { volumeMounts: [{ name: 'target', mountPath: DIRECTORY }] };
}

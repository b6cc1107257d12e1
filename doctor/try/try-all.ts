/** Tries on the cluster what no API says. */
import type { Cluster } from '../../activities/kubernetes/access/clusters';
import type { TargetStorageClass } from '../../plan/inventory';
import type { ClusterFacts, SourceFacts, TrialResults, TriedFacts } from '../facts';
import type { ImportSource } from '../import-source';
import { look, type Reading } from '../reading';
import { tryConversion } from './conversion';
import { tryImport } from './import';
import { type Place, tryNetwork } from './network';
import { inScratch, type Scratch } from './scratch';
import { tryVolumes, type WantedVolume, wantedVolumes } from './volumes';

export interface TrialOptions {
  /** Classes to try; none: the default, or the first few where there is none. */
  storageClasses: readonly string[];
  binderImage: string;
  /** Null: none is tried. */
  conversionImage: string | null;
  /** Null: no import is tried. */
  importFrom: ImportSource | null;
  /** With bash and coreutils. */
  readerImage: string;
  signal: AbortSignal;
}

export async function tryAll(
  cluster: Cluster,
  facts: { cluster: ClusterFacts; source: SourceFacts | null },
  options: TrialOptions,
): Promise<TriedFacts> {
  const { result, left } = await inScratch(cluster, options.signal, (scratch) =>
    tryIn(scratch, facts, options),
  );
  return { results: result, left };
}

async function tryIn(
  scratch: Scratch,
  { cluster, source }: { cluster: ClusterFacts; source: SourceFacts | null },
  { storageClasses, binderImage, conversionImage, importFrom, readerImage }: TrialOptions,
): Promise<TrialResults> {
  const { classes, untriedClasses } = chosen(cluster, storageClasses);
  const places = source === null ? [] : placesOf(source);
  const wanted = wantedVolumes(classes);
  const [target] = wanted;
  const [volumes, imported, conversion, reach] = await Promise.all([
    tryVolumes(scratch, { volumes: wanted, binderImage, readerImage }),
    importFrom === null ? null : tryTo(target, (volume) => tryImport(scratch, importFrom, volume)),
    conversionImage === null ? null : look(() => tryConversion(scratch, conversionImage)),
    look(() => tryNetwork(scratch, places, readerImage)),
  ]);
  scratch.signal.throwIfAborted();
  return { volumes, untriedClasses, imported, conversion, reach };
}

async function tryTo<T>(
  volume: WantedVolume | undefined,
  tries: (volume: WantedVolume) => Promise<T>,
): Promise<Reading<T>> {
  if (volume === undefined) return { known: false, why: 'there is no storage class for its volume' };
  return look(() => tries(volume));
}

interface Choice {
  classes: readonly TargetStorageClass[];
  /** Names. */
  untriedClasses: readonly string[];
}

/** Of those that nobody named: each may take minutes. */
const MOST_CLASSES = 5;

function chosen({ classes }: ClusterFacts, named: readonly string[]): Choice {
  const all = classes.known ? classes.value : [];
  if (named.length > 0) {
    // One that is not there is tried all the same: its claim says what is wrong.
    const found = named.map((name) => all.find((one) => one.name === name) ?? unknownClass(name));
    return { classes: found, untriedClasses: [] };
  }
  const defaults = all.filter(({ isDefault }) => isDefault);
  if (defaults.length > 0) return { classes: defaults, untriedClasses: [] };
  const untriedClasses = all.slice(MOST_CLASSES).map(({ name }) => name);
  return { classes: all.slice(0, MOST_CLASSES), untriedClasses };
}

function unknownClass(name: string): TargetStorageClass {
  return { name, isDefault: false, provisioner: '', bindingMode: 'Immediate', claimPropertySets: [] };
}

/** Of vCenter, and where VDDK reads from each ESXi host. One that is the source itself is reached at the Provider's address. */
function placesOf({ server, vcenter }: SourceFacts): Place[] {
  const { hostname, port } = new URL(`https://${server}`);
  const own = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) };
  if (!vcenter.known || vcenter.value.refusal !== null) return [own];
  const { hosts, isHost } = vcenter.value;
  if (isHost) return [own, { host: own.host, port: 902 }];
  return [own, ...hosts.flatMap(({ name }) => [443, 902].map((each) => ({ host: name, port: each })))];
}

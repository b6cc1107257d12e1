/** Looks at a cluster, and at a vCenter, with somebody's own login. It makes nothing there, unless it is to try something. */
import type { Cluster } from '../activities/kubernetes/access/clusters';
import { loadKubeconfig } from './kubeconfig';
import { ApiClient } from '../activities/kubernetes/api/api-client';
import type { SourceRef } from '../plan/frozen';
import type { ClusterFacts, Facts, TriedFacts } from './facts';
import { readCluster } from './read/cluster';
import { type NamedImage, readImages } from './read/images';
import { readNamespace } from './read/namespace';
import { readSource } from './read/source';
import { look } from './reading';
import { DoctorRefusal } from './refusal';
import { tryAll, type TrialOptions } from './try/try-all';
import { type Report, reportOf, reportOfSilence } from './report';

export interface ExaminationOptions {
  /** File of the cluster's login. */
  kubeconfig: string;
  /** The target namespace; null: none is looked at. */
  namespace: string | null;
  /** Whose Secret is read from the same cluster; null: no vCenter is looked at. */
  source: SourceRef | null;
  /** ServiceAccount of the workers. */
  account: { namespace: string; name: string };
  /** Where CDI runs. */
  cdiNamespace: string;
  images: Images;
  /** Null: nothing is tried. */
  trial: TrialChoice | null;
}

interface TrialChoice extends Pick<TrialOptions, 'storageClasses' | 'importFrom' | 'readerImage' | 'signal'> {
  /** Hears that it begins. What it returns is called at the end. */
  onBegin: () => () => void;
}

/** Null: the default, which nobody has named. No registry is asked for it. */
interface Images {
  binder: string | null;
  conversion: string | null;
}

/** What workers and plans take where nobody names others. */
export interface DefaultImages {
  binder: string;
  conversion: string;
}

/** A person waits, and what does not answer is part of the answer. */
const PATIENCE = { timeoutMs: 15_000, totalMs: 60_000 };

/** @throws DoctorRefusal where the kubeconfig is none */
export async function examine(options: ExaminationOptions, defaults: DefaultImages): Promise<Report> {
  const { kubeconfig, namespace } = options;
  const config = loadKubeconfig(kubeconfig);
  if (config === null) throw new DoctorRefusal(`${kubeconfig} can't be read as a kubeconfig`);
  const { host: server } = new URL(config.getCurrentCluster()?.server ?? '');
  const api = new ApiClient(config, PATIENCE);
  try {
    const version = await look(() => api.version());
    if (!version.known) return reportOfSilence({ server, namespace }, version.why, new Date());
    const { account, cdiNamespace } = options;
    const own: Cluster = { api, key: 'own' };
    const cluster = await readCluster(own, { server, version: version.value, account, cdiNamespace });
    return reportOf(await gather(own, cluster, { ...options, defaults }), new Date());
  } finally {
    api.close();
  }
}

async function gather(
  own: Cluster,
  cluster: ClusterFacts,
  options: ExaminationOptions & { defaults: DefaultImages },
): Promise<Facts> {
  const { namespace: name, source, images, defaults, trial } = options;
  const vddkImage = source?.vddkImage ?? null;
  const question = {
    facts: cluster,
    binderImage: images.binder ?? defaults.binder,
    conversionImage: images.conversion ?? defaults.conversion,
    vddkImage,
  };
  const [namespace, ofSource, ofImages] = await Promise.all([
    name === null ? null : readNamespace(own, { name, ...question }),
    source === null ? null : readSource(own.api, { source, namespace: name }),
    readImages(own, namedImages(cluster, options), name),
  ]);
  const tried =
    trial === null
      ? null
      : await tryOn(
          own,
          { cluster, source: ofSource },
          // Only an image that somebody has named is run.
          { ...trial, binderImage: question.binderImage, conversionImage: images.conversion },
        );
  return { cluster, namespace, source: ofSource, images: ofImages, tried };
}

function tryOn(
  own: Cluster,
  facts: Pick<Facts, 'cluster' | 'source'>,
  { onBegin, ...options }: TrialChoice & TrialOptions,
): Promise<TriedFacts> {
  const onEnd = onBegin();
  return tryAll(own, facts, options).finally(onEnd);
}

function namedImages({ vddkImage }: ClusterFacts, { images, source }: ExaminationOptions): NamedImage[] {
  const ofCdi = vddkImage.known && vddkImage.value !== null ? vddkImage.value : null;
  const ofProvider = source?.vddkImage ?? null;
  const named = (image: string | null, purpose: string, isGiven: boolean): NamedImage[] =>
    image === null ? [] : [{ image, purpose, isGiven }];
  return [
    ...named(ofProvider ?? ofCdi, 'VDDK', ofProvider !== null),
    ...named(images.binder, 'binder', true),
    ...named(images.conversion, 'conversion', true),
  ];
}

/** What a namespace says to the Pods and claims that a migration makes, by dry runs. */
import { ApplicationFailure } from '@temporalio/common';
import type { Cluster } from '../../activities/kubernetes/access/clusters';
import { CdiConfigs } from '../../activities/kubernetes/admission/cdi-config';
import { refusedClaims } from '../../activities/kubernetes/admission/claim-trials';
import {
  type FuturePod,
  type FuturePods,
  futurePods,
} from '../../activities/kubernetes/admission/future-pods';
import { launcherLimits } from '../../activities/kubernetes/admission/launcher-limits';
import { type AdmittedPods, demandOf } from '../../activities/kubernetes/admission/pod-demand';
import { quotasOf } from '../../activities/kubernetes/admission/pod-rules';
import { PodTrials } from '../../activities/kubernetes/admission/pod-trials';
import type { FrozenVm } from '../../plan/frozen';
import { type Quota, shortages, shortageText } from '../../plan/quota';
import type { NamespaceFacts } from '../facts';
import { look, type Reading } from '../reading';

type Trial = NamespaceFacts['trials'][number];

/** Makes nothing. */
export async function tryPods(cluster: Cluster, vm: FrozenVm, binderImage: string): Promise<Trial[]> {
  const quotas = await look(() => quotasOf(cluster, vm));
  const future = await look(() => futureOf(cluster, vm, { binderImage, quotas }));
  if (!future.known) return [{ title: 'the Pods', refusal: future }];
  const pods = Object.values(future.value).flat() as FuturePod[];
  const [ofPods, ofClaims] = await Promise.all([
    Promise.all(pods.map((pod) => tryPod(cluster, pod))),
    look(async () => (await refusedClaims(cluster.api, vm)).map(({ why }) => why).join('; ') || null),
  ]);
  return [
    ...ofPods,
    { title: 'claims', refusal: ofClaims },
    { title: 'a small VM within its quotas', refusal: roomIn(quotas, vm, future.value) },
  ];
}

interface FutureQuestion {
  binderImage: string;
  quotas: Reading<Quota[]>;
}

async function futureOf(
  cluster: Cluster,
  vm: FrozenVm,
  { binderImage, quotas }: FutureQuestion,
): Promise<FuturePods> {
  const limits = quotas.known
    ? await launcherLimits(cluster, vm.namespace, quotas.value)
    : { cpu: false, memoryRatio: null };
  const cdi = await look(() => new CdiConfigs().of(cluster));
  const vddkImage = vm.source.vddkImage ?? binderImage;
  return futurePods(vm, { binderImage, cdi: cdi.known ? cdi.value : null, vddkImage, limits });
}

async function tryPod(cluster: Cluster, future: FuturePod): Promise<Trial> {
  const refusal = await look(async () => {
    try {
      await new PodTrials().admitted(cluster, [future]);
      return null;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return error.message;
    }
  });
  return { title: future.purpose, refusal };
}

function isRefusal(error: unknown): error is ApplicationFailure {
  const kinds = ['PodRefused', 'QuotaExceeded', 'TargetRefused'];
  return error instanceof ApplicationFailure && kinds.includes(error.type ?? '');
}

/** Whether one small VM fits into what the quotas have left, were all else as it is now. */
function roomIn(quotas: Reading<Quota[]>, vm: FrozenVm, future: FuturePods): Reading<string | null> {
  if (!quotas.known) return quotas;
  const podsOf = (pods: readonly FuturePod[]) => pods.map(({ pod }) => pod);
  const pods: AdmittedPods = {
    volumes: podsOf(future.volumes),
    copy: podsOf(future.copy),
    convert: podsOf(future.convert),
    hooks: podsOf(future.hooks),
    run: podsOf(future.run),
  };
  const [first] = shortages(quotas.value, demandOf(vm, pods));
  return { known: true, value: first === undefined ? null : shortageText(first) };
}

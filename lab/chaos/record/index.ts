/** Gathers what the systems recorded of one round. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import type { Client } from '@temporalio/client';
import { DROVER_IDENTITY } from '../../bench/audit';
import { TARGET_NAMESPACE } from '../../cluster-objects';
import { contentsOf } from '../../contents';
import type { LabState } from '../../state';
import { sha256File } from '../../verify';
import type { Facts, Stranger } from '../check/facts';
import { nothingLeft } from '../check/nothing-left';
import type { EstateVm } from '../estate';
import type { WatchedVm } from '../operators';
import { lookAtStrangers } from '../strangers';
import { readWrites } from './audit';
import { fetchHistories, runsBegun } from './histories';
import { readArrayCopies, readRuns } from './journals';
import { replayAll } from './replays';
import { foundSecrets } from './secrets';
import { readPowerEvents } from './vcenter-events';
import { vmFacts } from './vms';

export interface Recorded {
  lab: LabState;
  temporal: Client;
  cluster: KubeConfig;
  /** When the storm began. */
  since: number;
  vms: readonly (WatchedVm & Pick<EstateVm, 'spec'>)[];
  /** As {@link untouchable} had it before the storm. */
  before: ReadonlyMap<string, string | null>;
  /** What was in the target namespace before the storm. */
  contentsBefore: readonly string[];
}

/** What is there before Drover comes: objects of others, and the bytes of every source. */
export async function untouchable(lab: LabState, cluster: KubeConfig): Promise<Map<string, string | null>> {
  const seen = await lookAtStrangers(cluster);
  const { datastoresDir } = lab.vcenter;
  for (const name of readdirSync(datastoresDir, { recursive: true }) as string[])
    if (name.endsWith('-flat.vmdk')) seen.set(name, await sha256File(join(datastoresDir, name)));
  return seen;
}

/** Objects that Drover made, and the cluster owned, may take so long to go. */
const GONE_WITHIN_MS = 60_000;

/** Of a lab that is at rest. */
export async function gather(recorded: Recorded): Promise<Facts> {
  const { lab, temporal, cluster, since } = recorded;
  const histories = await fetchHistories(temporal);
  const sources = { lab, temporal, core: cluster.makeApiClient(CoreV1Api), histories };
  const facts: Facts = {
    vms: await Promise.all(
      recorded.vms.map((vm) => vmFacts(sources, vm, vm.spec.powerState === 'poweredOn')),
    ),
    writes: await readWrites(lab.auditLog, since),
    power: await readPowerEvents(lab, since),
    runs: readRuns(lab.dir),
    arrayCopies: readArrayCopies(lab.dir),
    contents: [],
    strangers: await compared(recorded),
    histories: histories.map((one) => ({
      workflowId: one.workflowId,
      runId: one.runId,
      began: runsBegun(one),
    })),
    replays: await replayAll(join(lab.dir, 'histories'), histories),
    secrets: foundSecrets(lab, histories),
    identities: [DROVER_IDENTITY],
  };
  return { ...facts, contents: await restingContents(recorded, facts) };
}

async function compared({ lab, cluster, before }: Recorded): Promise<Stranger[]> {
  const after = await untouchable(lab, cluster);
  return [...before].map(([object, form]) => ({
    object,
    before: form ?? '',
    after: after.get(object) ?? null,
  }));
}

async function restingContents({ cluster, contentsBefore }: Recorded, facts: Facts): Promise<string[]> {
  const deadline = Date.now() + GONE_WITHIN_MS;
  for (;;) {
    const all = await contentsOf(cluster, TARGET_NAMESPACE);
    const contents = all.filter((object) => !contentsBefore.includes(object));
    if (Date.now() > deadline || nothingLeft({ ...facts, contents }).length === 0) return contents;
    await delay(500);
  }
}

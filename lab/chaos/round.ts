/** One round of a storm: a lab, a wave of each kind of plan, faults, operators; then calm, and the reckoning. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { DroverClient } from '../../client';
import { TARGET_NAMESPACE } from '../cluster-objects';
import { contentsOf } from '../contents';
import { labEnvironment, workerPolls } from '../worker-process';
import { type Facts, type Violation } from './check/facts';
import { violations } from './check';
import { arrayDisks, estate, type EstateVm, inventoryOf, lastDisk, plans } from './estate';
import { FAULTS } from './faults';
import { Operators, type WatchedVm } from './operators';
import { gather, type Recorded, untouchable } from './record';
import { schedule } from './schedule';
import { rage } from './storm';
import { placeStrangers } from './strangers';
import { Timeline } from './timeline';
import { supervise } from './workers';
import { openWorld, type OpenWorld } from './world';

export interface RoundOptions {
  /** Of this round alone. */
  seed: number;
  vms: number;
  /** How many are to strike; fewer do where all VMs end before. */
  faults: number;
  /** A folder that is empty or not there: the lab's. */
  dir: string;
  /** Takes each happening. */
  say: (line: string) => void;
}

export interface Round {
  /** By name of the fault, how often it struck. */
  struck: ReadonlyMap<string, number>;
  facts: Facts;
  violations: Violation[];
  timeline: Timeline;
}

export async function runRound(options: RoundOptions): Promise<Round> {
  const { seed, dir, say } = options;
  const vms = estate(options.vms);
  const world = await openWorld(dir, inventoryOf(vms), () => undefined);
  const connection = await Connection.connect({ address: world.lab.temporal.address });
  // The last first.
  const ends: (() => Promise<void> | void)[] = [() => world.close(), () => connection.close()];
  try {
    const temporal = new Client({ connection, namespace: world.lab.temporal.namespace });
    const scene = await begin(world, vms, { temporal, timeline: new Timeline(Date.now(), say) });
    const operators = new Operators(temporal, scene.vms, scene.timeline, seed);
    ends.push(() => operators.stop());
    const parts = [...world.parts.values(), ...world.workers.map(({ part }) => part)];
    ends.push(supervise(parts, (line) => scene.timeline.add('round', line)));
    const struck = await rage({
      world: { ...world, arrayDisks: arrayDisks(vms) },
      plan: schedule(FAULTS, seed),
      faults: options.faults,
      timeline: scene.timeline,
      over: () => operators.settled,
    });
    const parked = await comeToRest(world, operators, scene.timeline);
    const facts = await gather(scene);
    return { struck, facts, violations: [...parked, ...violations(facts)], timeline: scene.timeline };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

interface Scene extends Recorded {
  vms: (WatchedVm & EstateVm)[];
  timeline: Timeline;
}

/** Starts the plans, and waits until all their VMs are known: what can't be planned is no test of a migration. */
async function begin(
  world: OpenWorld,
  vms: readonly EstateVm[],
  { temporal, timeline }: Pick<Scene, 'temporal' | 'timeline'>,
): Promise<Scene> {
  const { lab, cluster } = world;
  await placeStrangers(cluster);
  const before = await untouchable(lab, cluster);
  const contentsBefore = await contentsOf(cluster, TARGET_NAMESPACE);
  for (const vm of vms.filter(({ role }) => role.parks)) await breakCopies(lab.arrayUrl, lastDisk(vm));
  await using drover = await DroverClient.connect({ env: labEnvironment(lab) });
  await workerPolls(drover);
  const since = Date.now();
  const ids = new Map<string, string>();
  for (const manifests of plans(lab, vms, world.vcenterUrl)) {
    const { problems, vms: planned } = await (await drover.startMigration(manifests)).resolved();
    const errors = problems.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new Error(`the storm's plan is refused: ${JSON.stringify(errors)}`);
    for (const { name, workflowId } of planned) ids.set(name, workflowId);
  }
  timeline.add('round', `${vms.length} VMs migrate`);
  const watched = vms.map((vm) => {
    const { name } = vm.spec;
    return { ...vm, name, workflowId: ids.get(name) ?? '', parks: vm.role.parks === true };
  });
  return { lab, temporal, cluster, since, vms: watched, before, contentsBefore, timeline };
}

async function breakCopies(arrayUrl: string, source: string): Promise<void> {
  const body = JSON.stringify({ source, message: 'LUN 7 is broken', forever: true });
  const answer = await fetch(`${arrayUrl}/faults`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`the array refuses a fault: ${await answer.text()}`);
}

/** Whatever gave up is started again. */
const BACK_WITHIN_MS = 10_000;

/** After the last fault all VMs must come to their end within this time. */
const REST_WITHIN_MS = 420_000;

/** What must wait for an operator must still do so; then it is ended, too. */
async function comeToRest(world: OpenWorld, operators: Operators, timeline: Timeline): Promise<Violation[]> {
  await until(() => world.down().length === 0, Date.now() + BACK_WITHIN_MS);
  const down = world.down();
  if (down.length > 0) throw new Error(`the lab itself is broken: ${down.join(', ')} did not come back`);
  timeline.add('round', 'the storm is over');
  operators.settle();
  const deadline = Date.now() + REST_WITHIN_MS;
  await until(() => operators.settled, deadline);
  const lost = operators.parking.filter(({ standing }) => standing !== 'parked');
  await operators.endParked();
  await until(() => operators.allEnded, deadline);
  await operators.stop();
  return lost.map(({ name, standing }) => ({
    promise: 'every VM ends or parks with a reason',
    about: name,
    at: null,
    what: `its disk can not be copied, so it must be parked; it is ${standing}`,
  }));
}

async function until(holds: () => boolean, deadline: number): Promise<void> {
  while (!holds() && Date.now() < deadline) await delay(250);
}

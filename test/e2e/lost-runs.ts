/** Runs of migrations that are terminated, each in a phase of its own, and what comes of the next run, which adopts. */
import {
  CONFIG_MAPS,
  NETWORK_ATTACHMENTS,
  VIRTUAL_MACHINES,
  type VirtualMachine,
  VOLUME_CLAIMS,
} from '../../activities/kubernetes/api/kinds';
import { LABELS } from '../../activities/kubernetes/api/ownership';
import { labImage } from '../../lab/lab-images';
import type { VmSpec } from '../../lab/vcenter-spec';
import { FINISHED_AT } from '../../plan/earlier';
import type { Phase, VmState } from '../../workflows/temporal-api';
import { denyRequests, isDenied } from '../support/deny-policy';
import { eventually } from '../support/eventually';
import { plan, type PlanOptions, ROUTES, TARGET_NAMESPACE, vm } from './site';
import { slowConversion } from './slow-conversion';
import type { Stage, StartedVm } from './stage';

export interface LostRun {
  /** In which phase it is terminated. */
  phase: Phase;
  /** And while what. */
  title: string;
  spec: VmSpec;
  /** Of the plan whose run is lost; it may need what stands in the lab. */
  options?: (stage: Stage) => PlanOptions | Promise<PlanOptions>;
  /** Of the plan that adopts; default: none. */
  then?: PlanOptions;
  /** What else must be so before it is terminated. */
  when?: (state: VmState) => boolean;
  /** What no state tells: the step is really at work. */
  underWay?: (stage: Stage, started: StartedVm) => Promise<unknown>;
  /** Puts something in the way before anything is started. @returns mends it */
  hinder?: (stage: Stage, moref: string) => Promise<() => Promise<unknown>>;
  /** The same while its guest, which ignores requests, stays on; then its source is turned off. */
  hinderWhileOn?: (stage: Stage) => Promise<() => Promise<unknown>>;
  /** Of each disk, whether the next run keeps it; or how that run stands otherwise. */
  next: boolean[] | 'alreadyMigrated' | 'TargetUnclear';
}

const parked = ({ attention }: VmState) => attention !== null;
/** Its guest ignores us until somebody turns it off. */
const STUBBORN = { ignoresShutdown: true } as const;
const PATIENT = { shutdownTimeout: '1h' } as const;
const CUT_SOON = { shutdownTimeout: '5s', onShutdownTimeout: 'powerOff' } as const;
const PLAIN = { skipConversion: true } as const;
const BACKEND = { name: 'backend', namespace: TARGET_NAMESPACE };

/** A datastore whose class is never bound at first, and is mended by another map. */
export const MENDED_STORE = 'odd-1';

function onMendedStore(spec: VmSpec): VmSpec {
  const disks = spec.disks.map((disk) =>
    disk.datastore === ROUTES.array ? { ...disk, datastore: MENDED_STORE } : disk,
  );
  return { ...spec, disks };
}

export const LOST_RUNS: readonly LostRun[] = [
  {
    phase: 'volumes',
    title: 'while one of them can not be made',
    spec: onMendedStore(vm('making', ['block', 'array'])),
    options: () => ({ ...PLAIN, stores: { [MENDED_STORE]: 'full' } }),
    then: { ...PLAIN, stores: { [MENDED_STORE]: 'array' } },
    underWay: hasClaim,
    next: [false, false],
  },
  {
    phase: 'await-window',
    title: 'hours before it opens',
    spec: vm('windowed', ['block', 'array']),
    options: () => ({ ...PLAIN, drover: { wave: { cutoverWindows: [inHours(6)] } } }),
    then: PLAIN,
    when: ({ window }) => window !== undefined,
    next: [false, false],
  },
  {
    phase: 'await-turn',
    title: 'while nobody may copy',
    spec: vm('queueing', ['extents']),
    options: () => PLAIN,
    then: PLAIN,
    when: ({ waitingSince }) => waitingSince !== undefined,
    hinder: async (stage) => {
      const plugin = `plugin/${labImage(stage.whole.lab.state.registry, 'extent-plugin').replace(/:\d+$/, '')}`;
      await limit(stage, `${plugin}=0`);
      return () => limit(stage, `${plugin}=default`);
    },
    next: [false],
  },
  {
    phase: 'stop-source',
    title: 'while the guest ignores the request',
    spec: vm('stopping', ['block', 'array'], STUBBORN),
    options: () => ({ drover: PATIENT }),
    then: { drover: CUT_SOON },
    next: [false, false],
  },
  {
    phase: 'copy',
    title: 'with one of three disks that can not be copied',
    spec: vm('copying', ['block', 'array', 'files']),
    options: () => ({ drover: { copyAttempts: 1 } }),
    when: parked,
    hinder: async (stage) => {
      await stage.array.breakCopiesOf('[san-1] copying/copying_1.vmdk', 'LUN 7 is broken');
      return () => stage.array.mend();
    },
    next: [true, false, true],
  },
  {
    phase: 'convert',
    title: 'while the guest is converted',
    spec: vm('converting', ['block', 'array']),
    options: slowly,
    underWay: (stage, started) => stage.converting(started),
    next: [true, true],
  },
  {
    phase: 'create-vm',
    title: "parked before someone else's VM of the same name",
    spec: vm('creating', ['array', 'files'], STUBBORN),
    options: () => ({ ...PLAIN, drover: PATIENT }),
    then: PLAIN,
    when: parked,
    hinderWhileOn: async ({ admin }) => {
      await admin.create(VIRTUAL_MACHINES, haltedMachine('creating'));
      return () => admin.delete(VIRTUAL_MACHINES, { name: 'creating', namespace: TARGET_NAMESPACE });
    },
    next: [true, true],
  },
  {
    phase: 'start-vm',
    title: 'while the target waits for its network',
    spec: vm('starting', ['array'], { ...STUBBORN, nics: [{ network: 'backend', mac: '' }] }),
    options: () => ({ ...PLAIN, drover: PATIENT }),
    then: PLAIN,
    hinderWhileOn: withoutNetwork,
    underWay: isToRun,
    next: 'TargetUnclear',
  },
  {
    phase: 'verify',
    title: 'while no agent answers',
    spec: vm('verifying', ['array']),
    options: () => ({ ...PLAIN, drover: { verify: { by: 'agent', timeout: '1h' } } }),
    then: PLAIN,
    next: 'TargetUnclear',
  },
  {
    phase: 'tidy',
    title: 'parked as a policy keeps its ConfigMap, after its end was noted',
    spec: vm('tidying', ['block', 'array']),
    options: () => PLAIN,
    then: PLAIN,
    when: parked,
    hinder: keepConfigMap,
    next: 'alreadyMigrated',
  },
  {
    phase: 'tidy',
    title: 'parked as its claims are noted, and its VM that never ran is not',
    spec: vm('noting', ['block', 'array'], { powerState: 'poweredOff' }),
    options: () => PLAIN,
    then: PLAIN,
    when: parked,
    hinder: refuseNote,
    next: [true, true],
  },
];

/** Of a plan whose guests are under conversion for longer than any test. */
export async function slowly(stage: Stage): Promise<PlanOptions> {
  return { drover: { conversionImage: await slowConversion(stage.whole.lab.state) } };
}

/** Its run is terminated; the wave, which has no other VM, ends by itself. */
export async function loseRun(stage: Stage, run: Omit<LostRun, 'next'>): Promise<[StartedVm, VmState]> {
  const { phase, spec, when = () => true } = run;
  const mend = await run.hinder?.(stage, await stage.source.moref(spec.name));
  const options = await run.options?.(stage);
  const { vm: named, wave } = await stage.start(plan(stage.whole.lab.state, [spec.name], options));
  const started = named(spec.name);
  const mendLate = await hinderWhileOn(stage, run, started);
  await run.underWay?.(stage, started);
  const lost = await stage.lose(started, phase, (state) => state.phase === phase && when(state));
  await wave.result();
  await mend?.();
  await mendLate?.();
  return [started, lost];
}

async function hinderWhileOn(stage: Stage, run: Omit<LostRun, 'next'>, started: StartedVm) {
  if (run.hinderWhileOn === undefined) return undefined;
  await stage.until(started, 'stop-source', ({ phase }) => phase === 'stop-source');
  const mend = await run.hinderWhileOn(stage);
  await stage.source.turnOff(started.moref);
  return mend;
}

/** Something of it stands that a next run finds. */
function hasClaim({ admin }: Stage, { moref }: StartedVm): Promise<unknown> {
  const theirs = { namespace: TARGET_NAMESPACE, labelSelector: `${LABELS.vm}=${moref}` };
  return eventually(async () => (await admin.list(VOLUME_CLAIMS, theirs)).items.length > 0);
}

/** The phase begins before its first request; a target that nothing was asked of may be adopted. */
function isToRun({ admin }: Stage, { name }: StartedVm): Promise<unknown> {
  const target = { name, namespace: TARGET_NAMESPACE };
  return eventually(async () => {
    const machine = await admin.find(VIRTUAL_MACHINES, target);
    return machine !== null && machine.spec.runStrategy !== 'Halted';
  });
}

/** For an hour, so many hours from now. */
function inHours(hours: number) {
  const clock = (at: number) => new Date(Date.now() + at * 3_600_000).toISOString().slice(11, 16);
  return { timeZone: 'UTC', from: clock(hours), to: clock(hours + 1) };
}

async function limit({ whole }: Stage, change: string): Promise<void> {
  expect(await whole.run('limits', 'set', change, '--why', 'a test')).toMatchObject({ code: 0 });
}

function haltedMachine(name: string, labels: Record<string, string> = {}): VirtualMachine {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name, namespace: TARGET_NAMESPACE, labels },
    spec: { runStrategy: 'Halted', template: { spec: { domain: { devices: {} } } } },
  };
}

async function withoutNetwork({ admin }: Stage): Promise<() => Promise<unknown>> {
  const { metadata, ...rest } = await admin.get(NETWORK_ATTACHMENTS, BACKEND);
  await admin.delete(NETWORK_ATTACHMENTS, BACKEND);
  const { labels = {} } = metadata ?? {};
  return () => admin.create(NETWORK_ATTACHMENTS, { ...rest, metadata: { ...BACKEND, labels } });
}

/** Refuses the removal of any ConfigMap of the VM; in force once this resolves. */
async function keepConfigMap({ admin }: Stage, moref: string): Promise<() => Promise<void>> {
  const message = 'it is to be kept';
  const labels = { [LABELS.vm]: moref };
  const probe = { name: 'kept-probe', namespace: TARGET_NAMESPACE };
  const remove = await denyRequests(admin, 'kept.e2e.drover.dev', {
    operation: 'DELETE',
    resource: 'configmaps',
    objects: { matchLabels: labels },
    message,
  });
  await eventually(async () => {
    const { apiVersion, kind } = CONFIG_MAPS;
    await admin.create(CONFIG_MAPS, { apiVersion, kind, metadata: { ...probe, labels } });
    return isDenied(() => admin.delete(CONFIG_MAPS, probe), message);
  });
  return remove;
}

/** Refuses the note that the VM's target is finished; in force once this resolves. */
async function refuseNote({ admin, source }: Stage, moref: string): Promise<() => Promise<unknown>> {
  // Of a VM that never ran nothing proves that it has been off since.
  await source.turnOn(moref);
  await source.turnOff(moref);
  const message = 'nobody notes anything here';
  const probe = { name: 'noted-probe', namespace: TARGET_NAMESPACE };
  await admin.create(VIRTUAL_MACHINES, haltedMachine(probe.name, { [LABELS.vm]: moref }));
  const remove = await denyRequests(admin, 'notes.e2e.drover.dev', {
    operation: 'UPDATE',
    apiGroup: 'kubevirt.io',
    resource: 'virtualmachines',
    objects: { matchLabels: { [LABELS.vm]: moref } },
    unless: `!has(object.metadata.annotations) || !('${FINISHED_AT}' in object.metadata.annotations)`,
    message,
  });
  const annotate = (note: string | null) => () =>
    admin.patch(VIRTUAL_MACHINES, probe, { metadata: { annotations: { [FINISHED_AT]: note } } });
  const isRefused = () => isDenied(annotate(new Date().toISOString()), message);
  await eventually(isRefused);
  return async () => {
    await remove();
    await eventually(async () => !(await isRefused()));
    await admin.delete(VIRTUAL_MACHINES, probe);
  };
}

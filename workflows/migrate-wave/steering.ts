/** What an operator's word does to a wave, or why it makes no sense now. Pure. */
import { didYouMean } from '../../plan/suggest';
import type {
  CancelRequest,
  OperatorRequest,
  SkipRequest,
  WaveDecision,
  WaveState,
  WaveVm,
} from '../temporal-api';
import { decide, failedGroups, isBad } from './decide';
import { endUnstarted, keepDecision, viewOf } from './state';
import { countOf, namesOf } from './words';

/** A word that makes sense. */
export interface Deed {
  /** What became of it, in a clause. */
  done: string;
  /** What it was about, for the record. */
  about: string;
  /** VMs that it concerns. */
  vms: readonly WaveVm[];
  /** Given the time. Null where it was so already: nothing is done, and nothing recorded. */
  change: ((at: string) => void) | null;
}

/** Or why it makes no sense, in a sentence. */
export type Judged = Deed | { refusal: string };

/** What is done at once; VMs that are added come later, by way of the source. */
export type WaveAction = Exclude<WaveDecision['action'], 'add'>;

export const JUDGES: { [A in WaveAction]: (state: WaveState, request: CancelRequest) => Judged } = {
  pause: judgePause,
  resume: judgeResume,
  skip: judgeSkip,
  cancel: judgeCancel,
};

/** Does it, and records who decided. */
export function apply(state: WaveState, deed: Deed, said: Omit<WaveDecision, 'about' | 'vms'>): void {
  if (deed.change === null) return;
  deed.change(said.at);
  keepDecision(state, { ...said, about: deed.about, vms: deed.vms.length });
}

function judgePause(state: WaveState, { who, why }: OperatorRequest): Judged {
  const deed = { about: 'wave', vms: [] };
  if (state.paused !== undefined)
    return { ...deed, done: `it was paused already, by ${state.paused.who}`, change: null };
  const change = (at: string) => (state.paused = { at, who, why });
  return { ...deed, done: 'no more VMs are started; those that run go on', change };
}

/** The pause first: whoever ends it need not know what else holds the wave. */
function judgeResume(state: WaveState): Judged {
  const change = () => delete state.paused;
  if (state.paused !== undefined) return { done: 'the pause is over', about: 'pause', vms: [], change };
  const view = viewOf(state);
  const { holds } = decide(view);
  const held = (kind: string) => holds.some((hold) => hold.kind === kind && hold.needsOperator);
  const groups = holds.some(({ kind }) => kind === 'group') ? failedGroups(view) : [];
  const bad = held('gate') ? state.vms.filter((vm) => isBad(vm) && vm.forgiven !== true) : [];
  const ends = [
    ...(held('canary') ? ['canary'] : []),
    ...(held('gate') ? ['gate'] : []),
    ...groups.map((name) => `group ${name}`),
  ];
  if (ends.length === 0) return { refusal: `there is nothing to resume: ${waitsFor(holds)}` };
  return {
    done: `it goes on in spite of: ${ends.join(', ')}`,
    about: ends.join(', '),
    vms: bad,
    change: () => {
      const { canary = false, groups: former = [] } = state.released ?? {};
      state.released = { canary: canary || held('canary'), groups: [...former, ...groups] };
      for (const vm of bad) vm.forgiven = true;
    },
  };
}

function waitsFor(holds: readonly { why: string }[]): string {
  if (holds.length === 0) return 'nobody is kept from starting';
  return holds.map(({ why }) => why).join('; ');
}

function judgeSkip(state: WaveState, request: SkipRequest): Judged {
  const chosen = choose(state, request);
  if ('refusal' in chosen) return chosen;
  const { vms, about } = chosen;
  const open = vms.filter(({ phase }) => phase === 'queued');
  if (open.length > 0) return ending(open, { about, outcome: 'skipped' });
  if (vms.some(({ outcome }) => outcome === 'skipped'))
    return { done: `${about} was skipped already`, about, vms: [], change: null };
  return { refusal: `${about} ${begun(vms)}; only what has not started can be skipped` };
}

function judgeCancel(state: WaveState, request: CancelRequest): Judged {
  const chosen = request.all === true ? { vms: state.vms, about: 'wave' } : choose(state, request);
  if ('refusal' in chosen) return chosen;
  const { vms, about } = chosen;
  const queued = vms.filter(({ phase }) => phase === 'queued');
  const running = vms.filter(({ phase }) => phase !== 'queued' && phase !== 'ended');
  const fresh = running.filter(({ cancelled }) => cancelled === undefined);
  if (queued.length + fresh.length > 0) return givingUp(queued, fresh, { about, request });
  if (running.length > 0 || vms.some(({ unstarted }) => unstarted === true))
    return { done: `${about} was cancelled already`, about, vms: [], change: null };
  return { refusal: `${about} ${begun(vms)}; there is nothing to cancel` };
}

function ending(
  vms: readonly WaveVm[],
  { about, outcome }: { about: string; outcome: 'skipped' | 'aborted' },
): Deed {
  const change = () => vms.forEach((vm) => endUnstarted(vm, outcome));
  return { done: `${countOf(vms)} ${outcome}: ${namesOf(vms)}`, about, vms, change };
}

function givingUp(
  queued: readonly WaveVm[],
  running: readonly WaveVm[],
  { about, request: { who, why } }: { about: string; request: OperatorRequest },
): Deed {
  const parts = [
    ...(queued.length > 0 ? [`${countOf(queued)} aborted before the start: ${namesOf(queued)}`] : []),
    ...(running.length > 0 ? [`${countOf(running)} being given up: ${namesOf(running)}`] : []),
  ];
  const change = () => {
    queued.forEach((vm) => endUnstarted(vm, 'aborted'));
    running.forEach((vm) => (vm.cancelled = { who, why }));
  };
  return { done: parts.join('; '), about, vms: [...queued, ...running], change };
}

// ---- Who is meant -------------------------------------------------------------------------------------------

function choose(
  state: WaveState,
  { vm, group }: SkipRequest,
): { vms: readonly WaveVm[]; about: string } | { refusal: string } {
  if (state.phase === 'resolving')
    return { refusal: 'the plan is still being resolved; try again in a moment' };
  return group === undefined ? chooseVm(state, vm ?? '') : chooseGroup(state, group);
}

function chooseGroup({ vms, rules }: WaveState, group: string) {
  const groups = rules?.groups.map(({ name }) => name) ?? [];
  if (groups.includes(group)) return { vms: vms.filter((vm) => vm.group === group), about: `group ${group}` };
  const otherwise = groups.length > 0 ? `name one of: ${groups.join(', ')}` : 'this wave has no groups';
  return { refusal: `no group of the wave is named "${group}"; ${didYouMean(group, groups, otherwise)}` };
}

/** A workflow id or an exact name wins over a moref, as everywhere: a VM may be called `vm-12`. */
function chooseVm({ vms }: WaveState, text: string) {
  const byId = vms.filter(({ workflowId }) => workflowId === text);
  const byName = byId.length > 0 ? byId : vms.filter(({ name }) => name === text);
  const meant = byName.length > 0 ? byName : vms.filter(({ moref }) => moref === text);
  const [only, ...others] = meant;
  if (only !== undefined && others.length === 0) return { vms: [only], about: `VM ${only.name}` };
  if (only !== undefined) {
    const morefs = meant.map(({ moref }) => moref).join(', ');
    return { refusal: `${meant.length} VMs of the wave are named "${text}"; give one of: ${morefs}` };
  }
  const known = vms.flatMap(({ name, moref }) => [name, moref]);
  const remedy = didYouMean(text, known, 'see drover wave status');
  return { refusal: `no VM of the wave goes by "${text}"; ${remedy}` };
}

/** Why it is too late. */
function begun(vms: readonly WaveVm[]): string {
  const running = vms.find(({ phase }) => phase !== 'ended');
  if (running !== undefined) return `has started (${running.name} is ${running.phase})`;
  const [first] = vms;
  if (first === undefined) return 'has no VM in this run';
  return `has ended (${first.name}: ${first.outcome})`;
}

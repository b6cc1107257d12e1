/** VMs that operators add to a wave while it runs: outlined and frozen as all others, in pages behind the last. */
import { CancellationScope, setHandler } from '@temporalio/workflow';
import type { Manifests, OutlinePage } from '../../activities/interfaces';
import { MOST_PROBLEMS_SHOWN } from '../../plan/limits';
import { inStartOrder } from '../../plan/outline';
import { cutProblems, type Problem, refuses } from '../../plan/problem';
import { chooseEntries, entryIn, placedIn, someOfPlan } from '../../plan/some-of-plan';
import { limit } from '../../plan/concurrency';
import { fail, failTyped } from '../failure';
import { type AddAnswer, type AddRequest, addUpdate } from '../temporal-api';
import { now } from '../time';
import { dropPages, freezePages, type PagedPlan } from './freeze';
import { answerOf, requireRequest } from './hear';
import { type Added, entriesWithin, judgeAdded } from './judge-added';
import { outlinePages } from './prepare';
import { keepDecision } from './state';
import { takeRows } from './take-outline';
import type { Wave } from './wave';
import { lookAtStartWindows } from './windows';
import { countOf, namesOf } from './words';

/** One word after the other: the numbers of their VMs follow one another. */
export function hearAdditions(wave: Wave): void {
  const inTurn = limit(1);
  const wake = () => (wave.moved = true);
  const hear = async (request: AddRequest): Promise<AddAnswer> => {
    wave.adding += 1;
    wave.leaving = false;
    try {
      return await failTyped(() => CancellationScope.nonCancellable(() => inTurn(() => add(wave, request))));
    } finally {
      wave.adding -= 1;
      wake();
    }
  };
  setHandler(addUpdate, hear, { validator: (...args) => requireTime(wave, args) });
}

/** Whether the wave takes VMs in now. */
function requireTime({ state, cancelled, ending }: Wave, args: readonly unknown[]): void {
  requireRequest(state, 'add', args);
  if (state.phase === 'resolving')
    throw fail('InvalidInput', 'the plan is still being resolved; try again in a moment');
  if (cancelled || ending)
    throw fail('InvalidInput', 'the wave is ending; run the plan again for these VMs when it has ended');
}

async function add(wave: Wave, request: AddRequest): Promise<AddAnswer> {
  const { state } = wave;
  const { plan, problems } = await outlineAdded(wave, request);
  if (plan === null) return refusal(wave, problems);
  if (wave.cancelled) throw fail('InvalidInput', 'the wave was cancelled meanwhile');
  const frozen = await freezeOrDrop(wave, plan);
  if (refuses(frozen.problems))
    return refusal(wave, [...problems, ...frozen.problems.map((problem) => placedIn(plan.places, problem))]);
  if (wave.vcenterUuid === '') wave.vcenterUuid = plan.vcenterUuid;
  takeRows(wave, plan.rows, frozen.pages);
  const { who, why } = request;
  const about = `${plan.rows.length === 1 ? 'VM' : 'VMs'} ${namesOf(plan.rows)}`;
  keepDecision(state, { at: now(), action: 'add', who, why, about, vms: plan.rows.length });
  // Nobody may have been queued for long: the answer says how the windows stand now.
  await lookAtStartWindows(wave, () => (wave.moved = true));
  const done = `${countOf(plan.rows)} added: ${namesOf(plan.rows)}`;
  return answerOf(state, { changed: true, done, problems: shown(problems) });
}

function refusal({ state }: Wave, problems: readonly Problem[]): AddAnswer {
  return answerOf(state, { changed: false, done: 'no VM is added', problems: shown(problems) });
}

/** Errors first: of many, an answer has the first. */
function shown(problems: readonly Problem[]): Problem[] {
  const isError = ({ severity }: Problem) => severity === 'error';
  const inOrder = [...problems.filter(isError), ...problems.filter((problem) => !isError(problem))];
  return cutProblems(inOrder, MOST_PROBLEMS_SHOWN);
}

// ---- In outline ---------------------------------------------------------------------------------------------

interface OutlinedAdded {
  /** Of these VMs alone, with their places in the documents as they were given; null where a problem refuses it. */
  plan: (PagedPlan & Added & { places: number[] }) | null;
  /** Of the documents as they were given. */
  problems: Problem[];
}

/** VMs that are in the wave are not looked at again: what is wrong with the others is found all the same. */
async function outlineAdded(wave: Wave, { manifests, vms, adopt }: AddRequest): Promise<OutlinedAdded> {
  const at = (place?: number) => entryIn(manifests, place);
  const { chosen, problems } = chooseEntries(manifests, vms);
  const within = entriesWithin(wave.state, chosen, at);
  problems.push(...within.map(({ problem }) => problem));
  const places = chosen
    .map(({ place }) => place)
    .filter((place) => !within.some((other) => other.place === place));
  if (places.length === 0) return { plan: null, problems };
  const plan = await outline(someOfPlan(manifests, places));
  problems.push(...plan.problems.map((problem) => placedIn(places, problem)));
  if (!refuses(plan.problems))
    problems.push(...judgeAdded(wave, plan, at).map((problem) => placedIn(places, problem)));
  const adopts = adopt === true || wave.adopts;
  return { plan: refuses(problems) ? null : { ...plan, adopts, places }, problems };
}

type Outlined = Omit<PagedPlan, 'adopts'> & Added & { problems: Problem[] };

async function outline(manifests: Manifests): Promise<Outlined> {
  const pages: OutlinePage[] = [];
  for await (const page of outlinePages({ manifests })) pages.push(page);
  const first = pages[0]!;
  const rows = inStartOrder(pages.flatMap((page) => page.rows));
  return { ...first, rows, manifests, images: first.images };
}

// ---- Their pages --------------------------------------------------------------------------------------------

/** Of pages that are no use to the wave nothing is left. */
async function freezeOrDrop(wave: Wave, plan: PagedPlan): ReturnType<typeof freezePages> {
  const known = wave.pages.length;
  let sound = false;
  try {
    const frozen = await freezePages(wave, plan);
    sound = !refuses(frozen.problems);
    return frozen;
  } finally {
    if (!sound) await dropPages(wave, wave.pages.slice(known));
  }
}

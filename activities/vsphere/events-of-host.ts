/** Events of an ESXi host, which does not implement `QueryEvents` (vmware/pyvmomi#268): a collector has them there. */
import { limit } from '../../plan/concurrency';
import { failure } from '../failure';
import { optional, readObject } from './property-collector';
import type { ServiceContent, Vim } from './session';
import { child, list, type ManagedRef, reference, requiredRef, typeOf, UnexpectedAnswer } from './vim-value';

/** Collectors of one session at once. The host lets a session have 32, and refuses more (`InvalidState`). */
const COLLECTORS_AT_ONCE = 4;
/** Events of one page: the most that the host's API gives. */
const PAGE_SIZE = 1_000;
/** Pages that are read of a host which heeds no filter: more events than a host keeps. */
const MOST_PAGES = 20;

/** What a session's collectors wait for: its content is read once for each login. */
const turns = new WeakMap<ServiceContent, ReturnType<typeof limit>>();

/**
 * The latest that match, among them the very latest; none where the host keeps none. The host has events in memory, until it
 * restarts.
 * @param filter an `EventFilterSpec`. The types are looked at here again: nobody says whether every host heeds them. Where a host
 * gives others, its pages are read until one has a type that is wanted.
 * @throws AnswerTooLarge where there is no end of such pages: what the host knows of the VM is unknown then
 */
export async function readEventsOfHost(
  vim: Vim,
  filter: { eventTypeId: readonly string[] },
): Promise<unknown[]> {
  const { eventManager } = vim.content;
  if (eventManager === null) throw new UnexpectedAnswer('eventManager');
  const inTurn = turns.get(vim.content) ?? limit(COLLECTORS_AT_ONCE);
  turns.set(vim.content, inTurn);
  return inTurn(() => collect(vim, eventManager, filter));
}

/** Cancelling must leave no collector behind: the calls that make and remove it are awaited in any case. */
async function collect(
  vim: Vim,
  eventManager: ManagedRef,
  filter: { eventTypeId: readonly string[] },
): Promise<unknown[]> {
  const always = { signal: undefined };
  const made = await vim.call('CreateCollectorForEvents', { _this: reference(eventManager), filter }, always);
  const collector = requiredRef(made, 'an event collector');
  try {
    return await readWanted(vim, collector, filter.eventTypeId);
  } finally {
    // The collector ends with its session at the latest. A failure to remove it must not hide an error from above.
    await vim.call('DestroyCollector', { _this: reference(collector) }, always).catch(() => undefined);
  }
}

/** From the newest page to older ones, whatever the host takes for a page's size. */
async function readWanted(vim: Vim, collector: ManagedRef, types: readonly string[]): Promise<unknown[]> {
  const latest = optional(await readObject(vim, collector, ['latestPage']), 'latestPage');
  let page = list(child(latest, 'Event'));
  for (let pages = 1; page.length > 0; pages += 1) {
    const wanted = page.filter((event) => types.includes(typeOf(event) ?? ''));
    if (wanted.length > 0) return wanted;
    if (pages > MOST_PAGES) throw endless();
    page = list(await vim.call('ReadPreviousEvents', { _this: reference(collector), maxCount: PAGE_SIZE }));
  }
  return [];
}

function endless(): Error {
  return failure(
    'AnswerTooLarge',
    `the ESXi host was asked for power-ons and gives other events, more than ${MOST_PAGES} pages of them: whether the VM ran is unknown`,
  );
}

/** Waiting for a property to change: vCenter reports the change, so Drover does not ask again and again. */
import { VimFault } from './faults';
import { propSet, readObject } from './property-collector';
import type { Vim } from './session';
import { child, list, type ManagedRef, reference, requiredRef, requiredText, text } from './vim-value';

/** After so long without an update, Drover reads the object: a lost connection must not look like a state that lasts. */
const ROUND_SECONDS = 20;
/** An answer may come so many milliseconds after the end of the round. */
const GRACE_MS = 15_000;
/** Milliseconds for the removal of a collector: whoever gives the wait up does not wait for a vCenter that is silent. */
const REMOVAL_MS = 2_000;

export interface PropertyWait<T> {
  object: ManagedRef;
  path: string;
  /** Null goes on waiting. Sees the value as it is now first. */
  until(value: unknown): T | null;
  /** `Date.now()` at which the wait gives up. */
  deadline: number;
}

/**
 * Resolves with what `until` makes of the property, or null once the deadline has passed.
 * @throws VimFault ManagedObjectNotFound when the object goes away.
 */
export async function awaitProperty<T>(vim: Vim, wait: PropertyWait<T>): Promise<T | null> {
  // Each wait has its own collector: with a shared one, a wait would take the updates of another.
  const collector = requiredRef(
    await vim.call('CreatePropertyCollector', { _this: reference(vim.content.propertyCollector) }),
    'the property collector',
  );
  try {
    return await follow(vim, collector, wait);
  } finally {
    // The collector ends with its session at the latest. A failure to remove it must not hide an error from above.
    await vim
      .call(
        'DestroyPropertyCollector',
        { _this: reference(collector) },
        { signal: undefined, timeoutMs: REMOVAL_MS, sendWithinMs: REMOVAL_MS },
      )
      .catch(() => undefined);
  }
}

async function follow<T>(vim: Vim, collector: ManagedRef, wait: PropertyWait<T>): Promise<T | null> {
  const { object, path } = wait;
  await vim.call('CreateFilter', {
    _this: reference(collector),
    spec: {
      propSet: propSet({ [object.type]: [path] }),
      objectSet: [{ obj: reference(object), skip: false }],
    },
    partialUpdates: false,
  });
  for (let version = ''; ;) {
    const update = await nextUpdate(vim, collector, { version, deadline: wait.deadline });
    const values = update === null ? [await readNow(vim, wait)] : changes(update, wait);
    for (const value of values) {
      const result = wait.until(value);
      if (result !== null) {
        return result;
      }
    }
    if (Date.now() >= wait.deadline) {
      return null;
    }
    version = text(child(update, 'version')) ?? version;
  }
}

/** The next set of updates, or null after a silent round. */
async function nextUpdate(
  vim: Vim,
  collector: ManagedRef,
  { version, deadline }: { version: string; deadline: number },
): Promise<unknown> {
  const left = Math.ceil((deadline - Date.now()) / 1000);
  const maxWaitSeconds = Math.max(0, Math.min(ROUND_SECONDS, left));
  const update = await vim.call(
    'WaitForUpdatesEx',
    { _this: reference(collector), version, options: { maxWaitSeconds } },
    { timeoutMs: maxWaitSeconds * 1000 + GRACE_MS },
  );
  return update ?? null;
}

function changes(update: unknown, wait: Pick<PropertyWait<unknown>, 'object' | 'path'>): unknown[] {
  return list(child(update, 'filterSet'))
    .flatMap((filter) => list(child(filter, 'objectSet')))
    .flatMap((object) => {
      if (text(child(object, 'kind')) === 'leave') {
        throw new VimFault('ManagedObjectNotFound', { obj: wait.object.value }, 'the object is gone');
      }
      return list(child(object, 'changeSet'));
    })
    .filter((change) => requiredText(child(change, 'name'), 'a property path') === wait.path)
    .map((change) => child(change, 'val'));
}

async function readNow(
  vim: Vim,
  { object, path }: Pick<PropertyWait<unknown>, 'object' | 'path'>,
): Promise<unknown> {
  return (await readObject(vim, object, [path])).props.get(path);
}

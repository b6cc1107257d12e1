/** After its end nothing of a migration is left but the target, and nothing of others was touched. */
import type { Check, Facts, Violation } from './facts';

export const nothingLeft: Check = (facts) => [...leftovers(facts), ...touched(facts)];

function leftovers({ contents, vms, strangers }: Facts): Violation[] {
  const known = new Set([...vms.flatMap(targetsOf), ...strangers.map(({ object }) => object)]);
  const prefixes = vms.filter(mayRun).map(({ target }) => `pods/virt-launcher-${target}-`);
  return contents
    .filter((object) => !known.has(object) && !prefixes.some((prefix) => object.startsWith(prefix)))
    .map((object) => ({
      promise: 'nothing of ours is left',
      about: object,
      at: null,
      what: 'it is still there, and belongs to no migrated VM',
    }));
}

type Vm = Facts['vms'][number];

function isThere({ outcome, goneBack }: Vm): boolean {
  return (outcome === 'succeeded' || outcome === 'alreadyMigrated') && !isRemoved(goneBack);
}

/** Whether a rollback has removed the target. */
export function isRemoved(goneBack: Vm['goneBack']): boolean {
  return goneBack?.outcome === 'rolledBack' && goneBack.deletesTarget;
}

/** One that a rollback has kept is off. */
function mayRun(vm: Vm): boolean {
  return isThere(vm) && vm.goneBack?.outcome !== 'rolledBack';
}

function targetsOf(vm: Vm): string[] {
  if (!isThere(vm)) return [];
  return [
    `virtualmachines/${vm.target}`,
    ...(mayRun(vm) ? [`virtualmachineinstances/${vm.target}`] : []),
    ...vm.disks.map(({ volume }) => `persistentvolumeclaims/${volume}`),
  ];
}

function touched({ strangers, writes, identities }: Facts): Violation[] {
  const promise = 'nothing of others is touched';
  const changed = strangers
    .filter(({ before, after }) => before !== after)
    .map(({ object, after }) => ({
      promise,
      about: object,
      at: null,
      what: after === null ? 'it is gone' : 'it was changed',
    }));
  const names = new Set(strangers.map(({ object }) => object));
  const written = writes
    .filter(({ user, resource, name }) => identities.includes(user) && names.has(`${resource}/${name}`))
    .map(({ at, verb, user, resource, name }) => ({
      promise,
      about: `${resource}/${name}`,
      at,
      what: `${user}: ${verb}`,
    }));
  return [...changed, ...written];
}

/** No Job, volume or VM is made twice, and no source is switched twice. */
import { baseOf } from './base-name';
import type { ApiWrite, Check, Facts, PowerEvent, Violation, VmFacts } from './facts';

const PROMISE = 'nothing is made or switched twice';
const RESOURCES = ['jobs', 'persistentvolumeclaims', 'datavolumes', 'virtualmachines'];

export const nothingTwice: Check = (facts) => [
  ...madeTwice(facts),
  ...facts.vms.flatMap((vm) => switchedTwice(facts, vm)),
];

/** A name may come again only after disks became void: then volumes are made and filled anew. */
function madeTwice({ writes, vms }: Facts): Violation[] {
  const first = new Map<string, ApiWrite>();
  return writes.filter(makes).flatMap((write) => {
    const object = `${write.resource}/${write.namespace}/${write.name}`;
    const before = first.get(object);
    first.set(object, write);
    if (before === undefined || vms.some((vm) => owns(vm, write) && voidedBetween(vm, before.at, write.at)))
      return [];
    return [{ promise: PROMISE, about: object, at: write.at, what: `${write.user} made it again` }];
  });
}

function makes({ verb, resource, subresource, name }: ApiWrite): boolean {
  return verb === 'create' && subresource === null && name !== '' && RESOURCES.includes(resource);
}

/** What is made for a VM is named for the base of its volumes' names; its machine has the target's name. */
function owns({ target, disks }: VmFacts, { name }: ApiWrite): boolean {
  const base = baseOf(disks);
  return name === target || (base !== null && name.startsWith(`${base}-`));
}

function voidedBetween({ voidedAt }: VmFacts, from: number, to: number): boolean {
  return voidedAt.some((at) => at >= from && at <= to);
}

/** Between two starts, a source is asked to shut down once at most, and goes off once. Only an abort or a rollback starts it. */
function switchedTwice({ power }: Facts, { name, moref, startAskedAt }: VmFacts): Violation[] {
  const found: Violation[] = [];
  let since: PowerEvent['kind'][] = [];
  for (const { kind, at } of power.filter((event) => event.moref === moref)) {
    if (kind === 'on') {
      if (!startAskedAt.some((asked) => asked <= at))
        found.push({
          promise: PROMISE,
          about: name,
          at,
          what: 'its source was started, and nobody had aborted or rolled back',
        });
      since = [];
    } else if (since.includes(kind)) {
      found.push({ promise: PROMISE, about: name, at, what: `its source was switched twice: ${kind}` });
    }
    since.push(kind);
  }
  return found;
}

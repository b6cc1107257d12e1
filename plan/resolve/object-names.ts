/** What claims, disks and cards of each VM are called at the target: as the plan's templates say, else as Drover derives it. */
import { isSame, type SourceId } from '../earlier';
import type { FrozenNic } from '../frozen';
import { type TemplateField, TEMPLATE_VARIABLES } from '../manifests/name-templates';
import { readNameTemplate, TemplateError, type Variables } from '../name-template';
import { baseName, isDnsLabel, scratchName, uniqueName, volumeName } from '../names';
import type { SourceDisk } from '../inventory';
import { errorAt, type Location, type Problem } from '../problem';
import { bootIndex } from './boot-index';
import type { DecidedAttachment, DecidedVm } from './decided-disks';
import { inGuestOrder } from './disk-order';
import type { PlannedVm } from './planned-vm';
import type { DiskUse } from './sharing-faults';
import type { Frame, ObjectNames } from './frame';
import { entryAt, planAt } from './places';

type Surroundings = Omit<Frame, 'names'>;

/** Names of every VM by its moref. With a problem, some of them are no names. */
export function nameObjects(
  vms: readonly DecidedVm[],
  frame: Surroundings,
): { names: ReadonlyMap<string, ObjectNames>; problems: Problem[] } {
  const problems: Problem[] = [];
  const names = new Map<string, ObjectNames>();
  for (const planned of vms) {
    const claims = nameClaims(planned, frame);
    const disks = nameDisks(planned, frame, claims.names);
    const nics = nameNics(planned, frame);
    problems.push(...claims.problems, ...disks.problems, ...nics.problems);
    names.set(planned.vm.moref, { claims: claims.names, disks: disks.names, nics: nics.names });
  }
  return { names, problems: [...problems, ...claimsInTheWay(vms, frame, names)] };
}

/** Base of the names of whatever is made for the VM. */
export function baseOf({ chosen, vm }: PlannedVm, { set, vcenterUuid }: Surroundings): string {
  const { namespace, name } = set.plan.metadata;
  return baseName({ plan: { namespace, name }, vcenterUuid, moref: vm.moref, targetName: chosen.targetName });
}

interface Named {
  names: string[];
  problems: Problem[];
}

/** An attached disk has the claim that the migration of its owner makes. */
function nameClaims(planned: DecidedVm, frame: Surroundings): Named {
  const { names, problems } = nameOwnClaims(planned, frame);
  const claims = inGuestOrder(planned.vm.disks).map((disk, index) => {
    const attached = attachedOf(planned, disk);
    return attached === undefined ? names[index]! : claimOf(attached.owner, frame);
  });
  return { names: claims, problems };
}

function claimOf({ planned, disk }: DiskUse, frame: Surroundings): string {
  // The owner of a shared disk attaches none.
  const { names } = nameOwnClaims({ ...planned, attached: [] }, frame);
  return names[inGuestOrder(planned.vm.disks).indexOf(disk)]!;
}

function attachedOf(
  { attached }: Pick<DecidedVm, 'attached'>,
  disk: SourceDisk,
): DecidedAttachment | undefined {
  return attached.find((one) => one.disk === disk);
}

/** In the guest's order; that of an attached disk means nothing. */
function nameOwnClaims(planned: Omit<DecidedVm, 'disks'>, frame: Surroundings): Named {
  const { chosen, vm } = planned;
  const { metadata, spec } = frame.set.plan;
  const base = baseOf(planned, frame);
  const disks = inGuestOrder(vm.disks);
  const given = templateOf(planned, frame, 'pvcNameTemplate');
  if (given === null) return { names: disks.map((_, index) => volumeName(base, index)), problems: [] };
  const root = bootIndex(planned);
  return makeNames(
    given,
    disks.map((disk, index) =>
      attachedOf(planned, disk) !== undefined
        ? null
        : {
            VmName: vm.name,
            TargetVmName: chosen.targetName,
            VmId: vm.moref,
            PlanName: metadata.name,
            DiskIndex: BigInt(index),
            RootDiskIndex: BigInt(root),
            Shared: disk.shared,
            FileName: disk.basePath.slice(disk.basePath.lastIndexOf('/') + 1),
          },
    ),
    (name, place) =>
      spec.pvcNameTemplateUseGenerateName ? uniqueName(name, base, String(disks[place]!.key)) : name,
  );
}

function nameDisks(planned: DecidedVm, frame: Surroundings, claims: readonly string[]): Named {
  const given = templateOf(planned, frame, 'volumeNameTemplate');
  return makeNames(
    given,
    claims.map((claim, index) => ({ PVCName: claim, VolumeIndex: BigInt(index) })),
  );
}

function nameNics(planned: DecidedVm, frame: Surroundings): Named {
  const given = templateOf(planned, frame, 'networkNameTemplate');
  const networks = planned.vm.nics.flatMap(({ network }) => frame.networks.get(network.moref)?.network ?? []);
  return makeNames(
    given,
    networks.map((network, index) => ({ ...networkVariables(network), NetworkIndex: BigInt(index) })),
  );
}

function networkVariables(network: FrozenNic['network']) {
  return network.kind === 'pod'
    ? { NetworkName: '', NetworkNamespace: '', NetworkType: 'Pod' }
    : { NetworkName: network.name, NetworkNamespace: network.namespace, NetworkType: 'Multus' };
}

const EACH = {
  pvcNameTemplate: 'disk',
  volumeNameTemplate: 'disk',
  networkNameTemplate: 'card',
} as const satisfies Record<TemplateField, string>;

const EXAMPLES = {
  pvcNameTemplate: '{{.TargetVmName}}-{{.DiskIndex}}',
  volumeNameTemplate: 'disk-{{.VolumeIndex}}',
  networkNameTemplate: 'net-{{.NetworkIndex}}',
} as const satisfies Record<TemplateField, string>;

interface Given {
  field: TemplateField;
  text: string;
  /** Where it stands. */
  at: Location;
  vm: string;
}

/** The template that counts for a VM; null where there is none. */
function templateOf({ chosen, vm }: PlannedVm, { set }: Surroundings, field: TemplateField): Given | null {
  const own = chosen.entry[field];
  const text = own ?? set.plan.spec[field];
  if (text === undefined) return null;
  const at = own === undefined ? planAt(set, `spec.${field}`) : entryAt(set, chosen.index, field);
  return { field, text, at, vm: vm.name };
}

/** @param objects null for one that gets no name: an empty one stands in its place */
function makeNames(
  given: Given | null,
  objects: readonly (Variables | null)[],
  finish: (name: string, place: number) => string = (name) => name,
): Named {
  if (given === null) return { names: [], problems: [] };
  const template = readNameTemplate(given.text, TEMPLATE_VARIABLES[given.field]);
  const problems: Problem[] = [];
  const names = objects.map((variables, place) => {
    if (variables === null) return '';
    try {
      const name = finish(template.render(variables), place);
      if (!isDnsLabel(name))
        problems.push(fault(given, place, `is ${JSON.stringify(name)}, which is no name`));
      return name;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      problems.push(fault(given, place, `can't be made: ${error.message}`));
      return '';
    }
  });
  const twins = names.flatMap((name, place) => {
    const first = names.indexOf(name);
    if (first === place || !isDnsLabel(name)) return [];
    return fault(given, place, `is "${name}", which ${EACH[given.field]} ${first} gets, too`);
  });
  return { names, problems: [...problems, ...twins] };
}

function fault({ field, at, vm }: Given, place: number, what: string): Problem {
  const found = `the name that it makes for ${EACH[field]} ${place} of VM "${vm}" ${what}`;
  const remedy = `make names of at most 63 lower-case letters, digits and dashes, each once, as ${EXAMPLES[field]} does`;
  return errorAt(at, found, remedy);
}

/** Claims share their namespace: with those of other VMs, with what Drover makes beside them, and with other people's. */
function claimsInTheWay(
  vms: readonly DecidedVm[],
  frame: Surroundings,
  names: ReadonlyMap<string, ObjectNames>,
): Problem[] {
  const owners = ownersOfClaims(frame);
  const claimsOf = (planned: DecidedVm) =>
    inGuestOrder(planned.vm.disks).flatMap((disk, place) =>
      attachedOf(planned, disk) === undefined
        ? [{ claim: names.get(planned.vm.moref)!.claims[place]!, place }]
        : [],
    );
  const own = (planned: DecidedVm) =>
    claimsOf(planned).forEach(({ claim }) => owners.set(claim, ownerOf(planned, frame)));
  for (const planned of vms) {
    owners.set(scratchName(baseOf(planned, frame)), { name: 'a conversion of the plan' });
    if (templateOf(planned, frame, 'pvcNameTemplate') === null) own(planned);
  }
  return vms.flatMap((planned) => {
    const given = templateOf(planned, frame, 'pvcNameTemplate');
    if (given === null) return [];
    const problems = claimsOf(planned).flatMap(({ claim, place }) => {
      const owner = owners.get(claim);
      if (owner === undefined || isSameVm(owner, ownerOf(planned, frame))) return [];
      return [fault(given, place, `is "${claim}", which ${owner.name} has, too`)];
    });
    own(planned);
    return problems;
  });
}

interface ClaimOwner {
  /** In a clause. */
  name: string;
  vm?: SourceId;
}

/** Of the claims that are there: a VM of the plan that is not migrated in this run may have made some of them. */
function ownersOfClaims({ target: { takenClaims = [] } }: Surroundings): Map<string, ClaimOwner> {
  return new Map(
    takenClaims.map(({ name, vm }): [string, ClaimOwner] => [
      name,
      vm === null
        ? { name: 'a claim of the namespace' }
        : { name: `a disk of VM ${vm.moref} of this plan`, vm },
    ]),
  );
}

function ownerOf({ vm }: DecidedVm, { vcenterUuid }: Surroundings): ClaimOwner {
  return { name: `a disk of VM "${vm.name}"`, vm: { vcenterUuid, moref: vm.moref } };
}

function isSameVm(one: ClaimOwner, other: ClaimOwner): boolean {
  return one.vm !== undefined && other.vm !== undefined && isSame(one.vm, other.vm);
}

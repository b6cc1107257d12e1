/** Claims that VirtualMachines of several migrations have: who may remove one, and how one of them leaves it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { removeImport } from '../../../../activities/kubernetes/copies/imports';
import { ownerLabels } from '../../../../activities/kubernetes/api/ownership';
import type {
  OwnerReference,
  VirtualMachine,
  VolumeClaim,
} from '../../../../activities/kubernetes/api/kinds';
import { removeMachine } from '../../../../activities/kubernetes/machine/machines';
import { lookAtTarget } from '../../../../activities/kubernetes/machine/roll-back';
import { virtualMachine } from '../../../../activities/kubernetes/objects/virtual-machine';
import { removeEverything } from '../../../../activities/kubernetes/tidy';
import { leaveShared, releaseClaims } from '../../../../activities/kubernetes/volumes/shared-claims';
import type { Scope } from '../../../../activities/kubernetes/waiting/scope';
import { FINISHED_BY } from '../../../../plan/earlier';
import { MOST_DISKS, MOST_SHARERS } from '../../../../plan/field-limits';
import { vmRef } from '../../../../plan/vm-ref';
import { NOT_CONVERTED } from '../../../../workflows/migrate-vm/state';
import { offVm, share } from '../../../support/shared-disks';
import { recordingApi, type RecordingApi } from '../recording-api';
import { INITIAL_END, useWatching } from '../watching';

const [owner, first, second] = [offVm(), offVm(), offVm()] as const;
share(owner, first, second);
const vm = vmRef(owner);
const disk = owner.disks.at(-1)!;
const uidOf = (name: string) => `uid-of-${name}`;

const machines = [owner, first, second].map((one): VirtualMachine => {
  const machine = virtualMachine(one, NOT_CONVERTED);
  return { ...machine, metadata: { ...machine.metadata, uid: uidOf(one.targetName) } };
});
const [ownersMachine, firstMachine, secondMachine] = machines as [
  VirtualMachine,
  VirtualMachine,
  VirtualMachine,
];

/** The owner controls it, and the others own it, too. */
function sharedClaim(labels: Record<string, string> = { shareable: 'true' }): VolumeClaim {
  const ownerReferences = machines.map(({ metadata }, place): OwnerReference => ({
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    ...(place === 0 && { controller: true }),
  }));
  const metadata = {
    name: disk.volumeName,
    namespace: vm.namespace,
    uid: 'uid-of-the-claim',
    labels: { ...ownerLabels(vm), ...labels },
    ownerReferences,
  };
  return { metadata, spec: {} } as VolumeClaim;
}

interface Operation {
  op: string;
  path: string;
  value?: unknown;
}

/** As an API server does where each path leads through one list: a failed test is a 422. */
function patched(claim: VolumeClaim, operations: Operation[]): boolean {
  const owners = claim.metadata?.ownerReferences ?? [];
  const placeOf = (path: string) => Number(/ownerReferences\/(\d+)/.exec(path)?.[1]);
  if (operations.some(({ op, path, value }) => op === 'test' && owners[placeOf(path)]?.uid !== value))
    return false;
  for (const { op, path } of operations) if (op === 'remove') owners.splice(placeOf(path), 1);
  return true;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const reply = (answer: ServerResponse, status: number, body: object) =>
  void answer.writeHead(status).end(JSON.stringify(body));

describe('leaving', () => {
  let api: RecordingApi;
  let claim: VolumeClaim;
  /** Called before a patch is judged. */
  let meanwhile: () => void;
  beforeEach(async () => {
    claim = sharedClaim();
    meanwhile = () => undefined;
    api = await recordingApi((request, answer) => {
      const { method = '', url = '' } = request;
      if (url.includes('/persistentvolumeclaims?'))
        return reply(answer, 200, { items: [claim], metadata: {} });
      if (!url.includes(`/persistentvolumeclaims/${disk.volumeName}`))
        return reply(answer, 404, { reason: 'NotFound' });
      if (method !== 'PATCH') return reply(answer, 200, claim);
      void bodyOf(request).then((body) => {
        meanwhile();
        meanwhile = () => undefined;
        const isDone = patched(claim, JSON.parse(body) as Operation[]);
        reply(answer, isDone ? 200 : 422, isDone ? claim : { reason: 'Invalid' });
      });
    });
  });
  afterEach(() => api.close());

  const owners = () => (claim.metadata?.ownerReferences ?? []).map(({ name }) => name);

  test('one that leaves while another one leaves, too, takes out itself alone', async () => {
    meanwhile = () => claim.metadata!.ownerReferences!.splice(1, 1);
    await leaveShared(api.client, secondMachine);
    expect(owners()).toEqual([owner.targetName]);
  });

  test('the one that copied the disk stays its owner', async () => {
    await leaveShared(api.client, ownersMachine);
    expect(owners()).toEqual([owner, first, second].map(({ targetName }) => targetName));
  });

  test('the one that copied the disk releases it, and whoever attaches it in that moment stays its owner', async () => {
    const [, ...others] = claim.metadata!.ownerReferences!;
    claim.metadata!.ownerReferences = [claim.metadata!.ownerReferences![0]!];
    meanwhile = () => claim.metadata!.ownerReferences!.push(...others);
    await releaseClaims(api.client, vm, ownersMachine);
    expect(owners()).toEqual([first, second].map(({ targetName }) => targetName));
  });

  const annotated = (names: string): VirtualMachine => ({
    ...firstMachine,
    metadata: { ...firstMachine.metadata, annotations: { 'drover.dev/attached-volumes': names } },
  });

  test('what its note says that can be no volume is not asked for', async () => {
    await leaveShared(api.client, annotated(`../secrets/x,A B,,${disk.volumeName}`));
    expect(owners()).toEqual([owner, second].map(({ targetName }) => targetName));
  });

  test('a note with more names than a VM has disks costs no more questions than these', async () => {
    const names = Array.from({ length: 10 * MOST_DISKS }, (_, place) => `volume-${place}`);
    await leaveShared(api.client, annotated([...names, ...names].join(',')));
    expect(api.asked).toHaveLength(MOST_DISKS);
  });
});

describe('removing', () => {
  const watching = useWatching();

  /** @returns what is changed or removed of the world, as `kind/name` */
  async function world(
    claim: VolumeClaim,
    machines: VirtualMachine[] = [],
  ): Promise<{ scope: Scope; changed: string[]; removed: string[] }> {
    const objects = new Map<string, readonly { metadata?: { name?: string } }[]>([
      ['persistentvolumeclaims', [claim]],
      ['virtualmachines', machines],
    ]);
    const changed: string[] = [];
    const removed: string[] = [];
    const { scope } = await watching(({ url = '', method = '' }, answer) => {
      const [, kind = '', name] = /\/namespaces\/[^/]+\/([^/?]+)(?:\/([^/?]+))?/.exec(url) ?? [];
      if (url.includes('watch=')) return void answer.writeHead(200).write(INITIAL_END);
      const items = objects.get(kind) ?? [];
      if (name === undefined) return reply(answer, 200, { items, metadata: { resourceVersion: '1' } });
      const found = items.find(({ metadata }) => metadata?.name === name);
      if (found === undefined) return reply(answer, 404, { reason: 'NotFound' });
      if (method === 'PATCH') changed.push(`${kind}/${name}`);
      if (method === 'DELETE') {
        removed.push(`${kind}/${name}`);
        objects.set(kind, []);
      }
      return reply(answer, 200, found);
    });
    return { scope, changed, removed };
  }

  test('a volume that other targets attach is not removed to be filled again', async () => {
    const { scope, removed } = await world(sharedClaim());
    await expect(removeImport(scope, { vm, disk })).rejects.toMatchObject({
      type: 'TargetShared',
      message: expect.stringContaining(first.targetName) as string,
    });
    expect(removed).toEqual([]);
  });

  test.each([
    ['which stands', machines],
    ['which is gone already, so that its source may not run either', [firstMachine]],
  ])('a target whose disks other targets attach is neither stopped nor removed: one %s', async (_, there) => {
    const { scope, changed, removed } = await world(sharedClaim(), [...there]);
    await expect(removeMachine(scope, vm, 'this-run')).rejects.toMatchObject({
      type: 'TargetShared',
      message: expect.stringContaining(first.targetName) as string,
    });
    expect({ changed, removed }).toEqual({ changed: [], removed: [] });
  });

  test('what an abort says of a volume that others attach is short, whatever is written there', async () => {
    const claim = sharedClaim();
    claim.metadata!.ownerReferences![1]!.name = 'x'.repeat(100_000);
    const { scope, removed } = await world(claim);
    const left = await removeEverything(scope, vm, 'this-run');
    expect(left).toHaveLength(1);
    expect(left[0]).toContain(disk.volumeName);
    expect(left[0]!.length).toBeLessThan(1_000);
    expect(removed).toEqual([]);
  });
});

describe('looking at the target of the VM that copied the disk', () => {
  let api: RecordingApi;
  let claim: VolumeClaim;
  let users: VirtualMachine[];
  beforeEach(async () => {
    claim = sharedClaim();
    users = [];
    const { metadata, ...rest } = ownersMachine;
    const found = { ...rest, metadata: { ...metadata, annotations: { [FINISHED_BY]: 'the-run' } } };
    api = await recordingApi(({ url = '' }, answer) => {
      if (url.includes('/virtualmachineinstances')) return reply(answer, 200, { items: [], metadata: {} });
      if (url.includes(`/virtualmachines/${owner.targetName}`)) return reply(answer, 200, found);
      const items = url.includes('/virtualmachines') ? [found, ...users] : [claim];
      return reply(answer, 200, { items, metadata: {} });
    });
  });
  afterEach(() => api.close());

  const usedBy = async () => (await lookAtTarget(api.client, vm, 'the-run')).usedBy;

  test('a VM counts that names its volume as a claim', async () => {
    users = [firstMachine];
    expect(await usedBy()).toEqual([first.targetName]);
  });

  test('a VM counts that names its volume as a DataVolume, as people write it', async () => {
    const { spec, ...rest } = firstMachine;
    const volumes = [{ name: 'data', dataVolume: { name: disk.volumeName } }];
    users = [{ ...rest, spec: { ...spec, template: { spec: { ...spec.template.spec!, volumes } } } }];
    expect(await usedBy()).toEqual([first.targetName]);
  });

  test('of VMs without number that name its volume, no more are named than may share it', async () => {
    users = Array.from({ length: 10 * MOST_SHARERS }, () => firstMachine);
    expect(await usedBy()).toHaveLength(MOST_SHARERS);
  });

  test('a VM counts also where somebody has taken the label off the claim', async () => {
    claim = sharedClaim({});
    users = [firstMachine];
    expect(await usedBy()).toEqual([first.targetName]);
  });
});

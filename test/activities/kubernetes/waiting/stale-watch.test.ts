/** A watch that still shows what was there before: no phase ends by its word alone. */
import { Readable } from 'node:stream';
import type { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import type { ApiObject } from '../../../../activities/kubernetes/api/kinds';
import { ownerLabels } from '../../../../activities/kubernetes/api/ownership';
import { awaitMachineRunning } from '../../../../activities/kubernetes/machine/machines';
import { awaitVolumesBound } from '../../../../activities/kubernetes/volumes/binding';
import { Informers } from '../../../../activities/kubernetes/waiting/informers';
import type { Scope } from '../../../../activities/kubernetes/waiting/scope';
import { Progress } from '../../../../activities/progress';
import { vmRef } from '../../../../plan/vm-ref';
import { frozenVm } from '../../../support/frozen-vm';

const vm = frozenVm();
const ref = vmRef(vm);
const named = (name: string) => ({ name, namespace: vm.namespace, labels: ownerLabels(ref) });

/** Its watch always shows `shown`. A live read shows what comes next in turn, and wakes whoever watches. */
class Server {
  looks = 0;
  private stream: Readable | null = null;

  constructor(
    private readonly shown: ApiObject,
    private readonly live: readonly (ApiObject | null)[],
  ) {}

  watch(_kind: unknown, { signal }: { signal: AbortSignal }): Promise<Readable> {
    this.stream = new Readable({ read: () => undefined, signal }).on('error', () => undefined);
    this.say('ADDED', this.shown);
    this.say('BOOKMARK', { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } });
    return Promise.resolve(this.stream);
  }

  find(): Promise<ApiObject | null> {
    const found = this.live[Math.min(this.looks, this.live.length - 1)] ?? null;
    this.looks += 1;
    this.say('MODIFIED', this.shown);
    return Promise.resolve(found);
  }

  async list() {
    const found = await this.find();
    return { items: found === null ? [] : [found], metadata: { resourceVersion: '7' } };
  }

  /** Of the binder's gate. */
  patch(): Promise<void> {
    return Promise.resolve();
  }

  private say(type: string, object: ApiObject): void {
    this.stream?.push(Buffer.from(`${JSON.stringify({ type, object })}\n`));
  }
}

const informers = new Informers();
afterAll(() => informers.close());

function scopeOf(server: Server, key: string): Scope {
  return {
    cluster: { api: server as unknown as ApiClient, key },
    informers,
    progress: new Progress(() => undefined),
    signal: new AbortController().signal,
    since: Date.now(),
  };
}

test('a target runs when it is seen to run, not when it was heard to', async () => {
  const machine = (printableStatus: string) => ({
    metadata: named(vm.targetName),
    status: { printableStatus },
  });
  const server = new Server(machine('Running'), [null, machine('Starting'), machine('Running')]);
  await awaitMachineRunning(scopeOf(server, 'machines'), ref, 600);
  expect(server.looks).toBe(3);
});

test.each(['Bound', 'Lost'])('a claim that was heard to be %s may be another one by now', async (heard) => {
  const claim = (phase: string) => ({ metadata: named(vm.disks[0]!.volumeName), status: { phase } });
  const server = new Server(claim(heard), [null, claim('Pending'), claim('Bound')]);
  await awaitVolumesBound(scopeOf(server, heard), { ...vm, disks: vm.disks.slice(0, 1) });
  expect(server.looks).toBe(3);
});

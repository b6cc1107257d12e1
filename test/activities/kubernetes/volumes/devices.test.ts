import type { Pod } from '../../../../activities/kubernetes/api/kinds';
import { ownerLabels } from '../../../../activities/kubernetes/api/ownership';
import { closedDevices } from '../../../../activities/kubernetes/objects/device-question';
import { requireDevices } from '../../../../activities/kubernetes/volumes/devices';
import { binderName } from '../../../../plan/names';
import { vmRef } from '../../../../plan/vm-ref';
import { BY_IMPORT, frozenVm } from '../../../support/frozen-vm';
import { INITIAL_END, useWatching, watchEvent } from '../watching';

const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
const [one, other] = vm.disks.map(({ volumeName }) => volumeName);
vm.disks.forEach((disk) => (disk.volumeMode = 'Block'));

const watching = useWatching();

/** A binder whose init container is in this state. */
function binder(state: object): Pod {
  const devices = { name: 'devices', image: '', imageID: '', ready: false, restartCount: 0, state };
  return {
    metadata: {
      name: binderName(vm.baseName),
      namespace: vm.namespace,
      uid: 'binder',
      labels: ownerLabels(vmRef(vm)),
    },
    spec: { initContainers: [{ name: 'devices' }], containers: [{ name: 'binder' }] },
    status: { phase: 'Pending', initContainerStatuses: [devices] },
  };
}

const ended = (message?: string) => binder({ terminated: { exitCode: 0, message } });

/** Asks where the watch reports this binder, or none, and reports the one that there is after somebody has read that. */
async function ask(pod: Pod | null, now = pod): Promise<void> {
  const items = pod === null ? [] : [pod];
  let say: (...lines: string[]) => void = () => undefined;
  const { scope } = await watching(({ url = '' }, answer) => {
    if (url.includes('watch=')) {
      answer.writeHead(200);
      say = (...lines) => void answer.write(lines.join(''));
      return say(...items.map((item) => watchEvent('ADDED', item)), INITIAL_END);
    }
    if (url.includes('/pods/')) {
      answer.writeHead(now === null ? 404 : 200).end(JSON.stringify(now ?? {}));
      if (now === pod) return;
      return say(
        ...items.map((item) => watchEvent('DELETED', item)),
        ...(now === null ? [] : [watchEvent('ADDED', now)]),
      );
    }
    answer.writeHead(200).end(JSON.stringify({ items, metadata: { resourceVersion: '1' } }));
  });
  await requireDevices(scope, vm);
}

test('devices that can not be opened are named, with the words of the shell that tried', async () => {
  const said = [0, 1]
    .map((index) => `devices: line 1: /dev/drover/disk${index}: Permission denied`)
    .join('\n');
  await expect(ask(ended(said))).rejects.toMatchObject({
    type: 'DeviceNotWritable',
    message: `Drover's Pods can't write to the device of ${one}, ${other}: Permission denied`,
  });
});

const CLOSED = 'devices: line 1: /dev/drover/disk0: Permission denied';

describe('what a binder has found counts no more, where the watch does not know yet', () => {
  test('that it is gone', () => ask(ended(CLOSED), null));
  test('that another one is in its place', () => {
    const next = ended();
    return ask(ended(CLOSED), { ...next, metadata: { ...next.metadata, uid: 'next' } });
  });
});

test('a binder that an older worker made is not asked, and the VM goes on', async () => {
  const older = binder({});
  await ask({ ...older, spec: { containers: [{ name: 'binder' }] }, status: { phase: 'Running' } });
});

test('devices that can be opened hold nobody up', () => ask(ended()));
test('no binder, no answer: the VM goes on', () => ask(null));
test('an image that can not run gives no answer: the VM goes on', () =>
  ask(binder({ waiting: { reason: 'InvalidImageName', message: 'no' } })));

test('each shell names the device before its reason, and a device is not taken for another one', () => {
  const bash = ended('devices: line 1: /dev/drover/disk1: Permission denied\n');
  const dash = ended('devices: 1: cannot create /dev/drover/disk1: Permission denied\n');
  const closed = [{ volumeName: other, why: 'Permission denied' }];
  expect(closedDevices(vm, bash)).toEqual(closed);
  expect(closedDevices(vm, dash)).toEqual(closed);
  expect(closedDevices(vm, ended('devices: 1: cannot create /dev/drover/disk10: Permission denied'))).toEqual(
    [],
  );
  expect(closedDevices(vm, binder({ running: {} }))).toBeNull();
});

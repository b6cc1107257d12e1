import { readLastPowerOn } from '../../../activities/vsphere/power';
import { VimFault } from '../../../activities/vsphere/faults';
import type { Vim } from '../../../activities/vsphere/session';
import type { Operation } from '../../../activities/vsphere/wsdl';

const STARTED = '2026-03-01T10:00:00.000Z';

const event = (type: string, createdTime = STARTED) => ({ attributes: { 'xsi:type': type }, createdTime });
const others = (count: number) => Array.from({ length: count }, () => event('VmReconfiguredEvent'));

/** A host that gives these pages, the newest first, whatever it is asked for. */
function hostWith(pages: unknown[][], fault?: VimFault) {
  const calls: Operation[] = [];
  const [latestPage = [], ...older] = pages;
  const collector = { attributes: { type: 'EventHistoryCollector' }, $value: 'events-1' };
  const gap = { path: 'latestPage', fault: { fault: fault?.detail } };
  const object = {
    obj: collector,
    ...(fault ? { missingSet: gap } : { propSet: { name: 'latestPage', val: { Event: latestPage } } }),
  };
  const answers: Partial<Record<Operation, () => unknown>> = {
    CreateCollectorForEvents: () => collector,
    RetrievePropertiesEx: () => ({ objects: object }),
    ReadPreviousEvents: () => older.shift(),
  };
  const ref = (type: string) => ({ type, value: type });
  const vim = {
    content: { isHost: true, eventManager: ref('EventManager'), propertyCollector: ref('PropertyCollector') },
    call: (operation: Operation) => {
      calls.push(operation);
      return Promise.resolve(answers[operation]?.());
    },
  } as unknown as Vim;
  return { vim, calls };
}

test('the newest page is enough where the host gives what it was asked for', async () => {
  const { vim, calls } = hostWith([[event('VmPoweredOnEvent'), event('DrsVmPoweredOnEvent', '2026-02-01')]]);
  expect(await readLastPowerOn(vim, '42')).toBe(STARTED);
  expect(calls).toEqual(['CreateCollectorForEvents', 'RetrievePropertiesEx', 'DestroyCollector']);
});

test('a host without any keeps silent', async () => {
  expect(await readLastPowerOn(hostWith([[]]).vim, '42')).toBeNull();
});

describe('a host that gives all events, whichever it is asked for,', () => {
  test('does not hide a start behind those that came later', async () => {
    const pages = [others(10), others(1_000), [...others(3), event('VmPoweredOnEvent'), ...others(5)]];
    expect(await readLastPowerOn(hostWith(pages).vim, '42')).toBe(STARTED);
  });

  test('is silent only once all were read', async () => {
    const { vim, calls } = hostWith([others(10), others(7)]);
    expect(await readLastPowerOn(vim, '42')).toBeNull();
    expect(calls.filter((call) => call === 'ReadPreviousEvents')).toHaveLength(2);
  });

  test('is no proof of anything where they have no end', async () => {
    const { vim, calls } = hostWith(Array.from({ length: 1_000 }, () => others(10)));
    await expect(readLastPowerOn(vim, '42')).rejects.toMatchObject({
      type: 'AnswerTooLarge',
      message: expect.stringContaining('whether the VM ran is unknown') as string,
    });
    expect(calls.length).toBeLessThan(30);
    expect(calls.at(-1)).toBe('DestroyCollector');
  });
});

test('events that the login may not read are not taken for silence', async () => {
  const detail = { attributes: { 'xsi:type': 'NoPermission' }, privilegeId: 'System.View' };
  const { vim } = hostWith([], new VimFault('NoPermission', detail, ''));
  await expect(readLastPowerOn(vim, '42')).rejects.toMatchObject({
    type: 'SourceRightsMissing',
    message: expect.stringContaining('System.View') as string,
  });
});

/** Answers of a vCenter, over a real connection, through everything that reads them. */
import { ApplicationFailure } from '@temporalio/common';
import { vcenterFailure } from '../../activities/vsphere/faults';
import {
  listDatastores,
  listNetworks,
  listVmRefs,
  readVm,
  readVms,
} from '../../activities/vsphere/inventory';
import { readPower } from '../../activities/vsphere/power';
import { readLacking } from '../../activities/vsphere/privileges';
import { readSkew } from '../../activities/vsphere/clock';
import type { Vim } from '../../activities/vsphere/session';
import { readSourceUuid } from '../../activities/vsphere/source-uuid';
import { isFailureKind } from '../../plan/failures';
import { sourceVmSchema } from '../../plan/inventory';
import { RestRefusal } from '../../activities/vsphere/rest-session';
import { envelope, foreignVcenter, type ForeignVcenter } from '../activities/vsphere/foreign-vcenter';
import { eachOf, texts } from './support/corpus';
import { fuzz } from './support/fuzz';
import { garbled } from './support/mutations';

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const LONGEST_MESSAGE = 1_000;
const VIEW = '<returnval type="ContainerView">view-1';

let vcenter: ForeignVcenter;
let said = '';
beforeAll(async () => {
  vcenter = await foreignVcenter((answer, operation) => {
    if (operation === 'CreateContainerView') answer.end(envelope(operation, '').replace(/<returnval>/, VIEW));
    else answer.end(envelope(operation, said));
  });
});
afterAll(() => vcenter.close());

function vim(): Vim {
  const ref = (type: string) => ({ type, value: type });
  return {
    content: {
      isHost: false,
      vcenterUuid: 'uuid',
      rootFolder: ref('Folder'),
      propertyCollector: ref('PropertyCollector'),
      viewManager: ref('ViewManager'),
      sessionManager: ref('SessionManager'),
      eventManager: null,
      authorizationManager: { type: 'AuthorizationManager', value: 'authorization' },
      customFieldsManager: ref('CustomFieldsManager'),
      sessionKey: 'session',
    },
    peer: { sha1: '', sha256: '' },
    call: (operation, args, options) => vcenter.port.call(operation, args, options),
    rest: () => Promise.reject(new RestRefusal(404)),
  };
}

/** As if a single ESXi host answered. */
function asHost(each: Vim): Vim {
  const eventManager = { type: 'EventManager', value: 'events' };
  return { ...each, content: { ...each.content, isHost: true, vcenterUuid: null, eventManager } };
}

/** Each is answered with these words, or fails by a kind that operators know, in a line that a terminal can take. */
async function read(words: string): Promise<void> {
  said = words;
  const readings: ((vim: Vim) => Promise<unknown>)[] = [
    (each) => listVmRefs(each),
    listDatastores,
    listNetworks,
    readSkew,
    (each) => readLacking(each, ['vm-42']),
    (each) => readPower(each, 'vm-42'),
    (each) => readSourceUuid(asHost(each)),
    (each) => readPower(asHost(each), 'vm-42'),
    async (each) => {
      for (const vm of await readVms(each, ['vm-42', 'constructor'])) sourceVmSchema.parse(vm);
    },
    async (each) =>
      sourceVmSchema.nullable().parse(await readVm(each, { moref: 'vm-42', inventoryPath: '/x' })),
  ];
  for (const reading of readings) {
    try {
      await reading(vim());
    } catch (error) {
      const failed = vcenterFailure(error);
      expect(failed).toBeInstanceOf(ApplicationFailure);
      expect(isFailureKind((failed as ApplicationFailure).type ?? '')).toBe(true);
      expect(failed.message.length).toBeLessThan(LONGEST_MESSAGE);
      expect(failed.message).not.toMatch(CONTROL);
    }
  }
}

eachOf('vcenter-answers', read);
fuzz(
  'an answer of a vCenter in any words is read, or a failure of a known kind',
  garbled(texts('vcenter-answers')),
  read,
);

test('an ordinary machine is read in full', async () => {
  [said = ''] = texts('vcenter-answers').filter((text) => text.includes('numCPU>4'));
  expect(await readVms(vim(), ['vm-42'])).toMatchObject([
    { name: 'web01', cpu: { count: 4 }, disks: [{ key: 2000 }] },
  ]);
});

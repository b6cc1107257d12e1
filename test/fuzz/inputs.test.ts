/** Inputs of every workflow, as any Temporal client may send them. */

import { vmRef } from '../../plan/vm-ref';
import { readFields } from '../../plan/read-fields';
import { visible } from '../../plan/visible';
import { INPUTS } from '../../workflows/inputs';
import { documents } from '../plan/example';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../support/frozen-vm';
import { fuzz } from './support/fuzz';
import { mutated } from './support/mutations';

const LONGEST_ANSWER = 8_000;
const VM = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
const CONNECTION = {
  vcenterUrl: 'https://vcenter.example.com/sdk',
  vcenterThumbprint: Array(20).fill('AA').join(':'),
  hostUrl: 'https://esx1.example.com',
  hostThumbprint: null,
};
const FINISHED = {
  vcenterUuid: VM.vcenterUuid,
  moref: VM.vm.moref,
  runId: '0194d6a0-0000-7000-8000-000000000000',
  who: 'ann',
  why: 'too slow',
};
const GOOD: Record<keyof typeof INPUTS, unknown> = {
  migrateWave: { manifests: documents(), only: ['web01'] },
  startWave: { manifests: documents(), plan: { namespace: 'mtv', name: 'wave-1' } },
  wavePage: {
    wave: 'run-1',
    page: 0,
    first: 0,
    rows: [{ moref: VM.vm.moref, name: VM.vm.name, group: 'web' }],
    manifests: documents(),
    again: [VM.vm.moref],
  },
  migrateVm: VM,
  rollBackVm: { ...FINISHED, source: 'start', deleteTarget: true },
  finalizeVm: FINISHED,
  copyDisk: {
    vm: vmRef(VM),
    disk: VM.disks[1],
    policy: VM.policy,
    connection: CONNECTION,
    copyId: 'copy-7',
    firstAttempt: 1,
  },
  checkPlan: { manifests: documents(), offset: 0 },
  listInventory: { manifests: documents(), kind: 'vms' },
  readConsole: { vm: vmRef(VM), lines: 10 },
  readCopyLog: { vm: vmRef(VM), disk: VM.disks[1], attempt: null, after: null, lines: 10 },
  transferSlots: { lookAt: 1 },
};

test.each(Object.keys(INPUTS) as (keyof typeof INPUTS)[])('an ordinary input of %s is taken', (workflow) => {
  expect(readFields<unknown>(INPUTS[workflow], JSON.parse(JSON.stringify(GOOD[workflow]))).wrong).toBeNull();
});

for (const workflow of Object.keys(INPUTS) as (keyof typeof INPUTS)[]) {
  fuzz(`an input of ${workflow} is taken, or refused in one line`, mutated([GOOD[workflow]]), (sent) => {
    const input = JSON.parse(JSON.stringify(sent ?? null)) as unknown;
    const { value, wrong } = readFields<unknown>(INPUTS[workflow], input);
    if (wrong === null) {
      // What is taken is taken again: nothing that a workflow hands on is refused further on.
      expect(readFields<unknown>(INPUTS[workflow], value)).toEqual({ value, wrong: null });
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    } else {
      expect(wrong).not.toBe('');
      expect(visible(wrong)).toBe(wrong);
      expect(wrong.length).toBeLessThan(LONGEST_ANSWER);
    }
  });
}

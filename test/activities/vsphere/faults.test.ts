import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { readFault, vcenterFailure, VimFault } from '../../../activities/vsphere/faults';
import { required } from '../../../activities/vsphere/property-collector';

const VM = { attributes: { type: 'VirtualMachine' }, $value: 'vm-42' };
const NO_RIGHT = { object: VM, privilegeId: 'VirtualMachine.Interact.PowerOff' };

test.each<[string, unknown, string, string]>([
  ['InvalidLogin', undefined, 'SourceLoginRefused', 'vCenter refuses user and password'],
  [
    'NoPermission',
    NO_RIGHT,
    'SourceRightsMissing',
    'the vCenter account lacks the privilege VirtualMachine.Interact.PowerOff on vm-42',
  ],
  ['ManagedObjectNotFound', { obj: VM }, 'SourceVmMissing', 'vCenter no longer knows vm-42'],
  [
    'RestrictedVersion',
    undefined,
    'SourceRightsMissing',
    'the license of the ESXi host does not let its API do this',
  ],
  ['TaskInProgress', undefined, 'SourceFault', 'vCenter answers with the fault TaskInProgress'],
  ['NotAuthenticated', undefined, 'SourceUnreachable', 'vCenter ended our session'],
])(
  'the fault %s is a failure of one kind, without the words of the answer',
  (fault, detail, type, message) => {
    const failure = vcenterFailure(new VimFault(fault, detail, 'words that may hold anything'));
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type, message });
  },
);

test('an error of the network shows its code and nothing else', () => {
  const error = Object.assign(new Error('connect to 10.0.0.1 as user:secret'), { code: 'ECONNRESET' });
  expect(vcenterFailure(error)).toMatchObject({
    type: 'SourceUnreachable',
    message: "vCenter can't be reached: ECONNRESET",
    nonRetryable: false,
  });
});

test('an error of unknown origin shows nothing of itself', () => {
  const failure = vcenterFailure(new Error('<html>secret</html>'));
  expect(failure).toMatchObject({ type: 'SourceFault' });
  expect(failure.message).not.toContain('secret');
});

test('failures of ours and cancellation pass unchanged', () => {
  const ours = ApplicationFailure.create({ type: 'SourceChanged', message: 'it changed' });
  const cancelled = new CancelledFailure('enough');
  expect(vcenterFailure(ours)).toBe(ours);
  expect(vcenterFailure(cancelled)).toBe(cancelled);
});

test('a fault is named by its type, else by its element', () => {
  const body = (detail: unknown) => readFault({ faultcode: 'ServerFaultCode', faultstring: 'words', detail });
  expect(body({ Fault: { attributes: { 'XMLSchema-instance:type': 'InvalidPowerState' } } }).fault).toBe(
    'InvalidPowerState',
  );
  expect(body({ InvalidLoginFault: '' }).fault).toBe('InvalidLogin');
  expect(body(undefined).fault).toBe('ServerFaultCode');
});

test('a property that may not be read names the privilege that is missing', () => {
  const missing = new Map([['config.hardware', new VimFault('NoPermission', NO_RIGHT, '')]]);
  const object = {
    ref: { type: 'VirtualMachine', value: 'vm-42' },
    props: new Map<string, unknown>(),
    missing,
  };
  expect(() => required(object, 'config.hardware')).toThrow('VirtualMachine.Interact.PowerOff on vm-42');
});

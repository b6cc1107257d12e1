import { AllowedImages } from '../../../../activities/kubernetes/access/allowed-images';
import { BY_IMPORT, frozenVm } from '../../../support/frozen-vm';

const SHA = `sha256:${'a'.repeat(64)}`;

function vmWith(image: string, pinnedImage?: string) {
  const vm = frozenVm({ methods: [BY_IMPORT, { kind: 'plugin', vars: {}, image, pinnedImage }] });
  const source = { ...vm.source, vddkImage: 'site.example.com/vddk:8' };
  return {
    ...vm,
    source,
    conversion: vm.conversion && { ...vm.conversion, image: 'site.example.com/conversion:1' },
  };
}

test('every image may run where nothing else is said', () => {
  new AllowedImages(null).require(vmWith('anywhere/offload'));
});

test('only allowed ones run, and the failure names those that may not', () => {
  const allowed = new AllowedImages(['site.example.com/*']);
  allowed.require(vmWith('site.example.com/offload'));
  expect(() => allowed.require(vmWith('anywhere/offload'))).toThrow(
    expect.objectContaining({ type: 'ImageNotAllowed', message: 'the worker may not run anywhere/offload' }),
  );
  expect(() => new AllowedImages([]).require({ conversion: vmWith('x').conversion })).toThrow(
    'the worker may not run site.example.com/conversion:1',
  );
});

test('what runs counts, not what a plan says that it means', () => {
  const allowed = new AllowedImages(['site.example.com/*']);
  const forged = vmWith('site.example.com/offload', `evil.example.com/offload@${SHA}`);
  expect(() => allowed.require(forged)).toThrow('evil.example.com/offload');
});

test("a Provider's VDDK image counts where disks are imported", () => {
  const allowed = new AllowedImages(['site.example.com/*']);
  const { source, disks } = frozenVm({ methods: [BY_IMPORT] });
  expect(() => allowed.require({ source, disks })).toThrow('the worker may not run lab.drover.dev/vddk:1');
  allowed.require({ source: { ...source, vddkImage: 'site.example.com/vddk:8' }, disks });
  allowed.require({ source, disks: [] });
});

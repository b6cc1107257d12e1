import { resolvePlan } from '../../plan/resolve';
import { refuses } from '../../plan/problem';
import { sourceRef } from '../../plan/provider-refs';
import { validateManifests } from '../../plan/validate-manifests';
import { AIO_BUFFERS } from '../../plan/vddk-config';
import { documents, inventory, manifestSet, sanDisk, sentences, sourceVm, targetInventory } from './example';

const ON = { useVddkAioOptimization: 'true' };
const vddkInitImage = 'registry.example.com/vddk:8';
const problemsOf = (settings: object) =>
  validateManifests(documents({ vcenter: { settings: { vddkInitImage, ...settings } } })).problems;

const BUFFERS = 'VixDiskLib.nfcAio.Session.BufSizeIn64KB=32\nvixdisklib.nfcaio.session.bufcount = 8\n';

test.each<[string, object, string | undefined]>([
  ['none', {}, undefined],
  ['none', { useVddkAioOptimization: 'false' }, undefined],
  ['none', { useVddkAioOptimization: '' }, undefined],
  ['larger buffers', ON, AIO_BUFFERS],
  ['larger buffers', { useVddkAioOptimization: true, vddkConfig: '' }, AIO_BUFFERS],
  ["the Provider's", { ...ON, vddkConfig: BUFFERS }, BUFFERS],
])('importers get %s of options, where the Provider says %j', (_, settings, wanted) => {
  const { source } = manifestSet({ vcenter: { settings: { vddkInitImage, ...settings } } });
  expect(sourceRef(source).vddkConfig).toBe(wanted);
});

test.each([
  'vixDiskLib.linuxSSL.verifyCertificates=0',
  `${BUFFERS}tmpDirectory=/data`,
  'VixDiskLib.nfcAio.Session.BufCount=0',
  'VixDiskLib.nfcAio.Session.BufCount=99999',
  '# a comment\u001b[2J',
  `#${'x'.repeat(1024)}`,
])('%j is refused where it stands', (vddkConfig) => {
  const problems = problemsOf({ ...ON, vddkConfig });
  expect(refuses(problems)).toBe(true);
  expect(problems.map(({ location }) => location.path)).toEqual(['spec.settings.vddkConfig']);
});

test('options that nobody reads are a warning', () => {
  expect(sentences(problemsOf({ vddkConfig: BUFFERS }))).toEqual([
    'Provider/mtv/vcenter: spec.settings.vddkConfig: has no effect while useVddkAioOptimization is not true; set spec.settings.useVddkAioOptimization to "true", or remove it',
  ]);
});

describe('where the target’s CDI takes no options', () => {
  const resolve = (settings: object, vm = sourceVm()) =>
    sentences(
      resolvePlan(
        manifestSet({
          vcenter: { settings: { vddkInitImage, ...settings } },
          plan: { vms: [{ name: 'web01' }] },
        }),
        inventory({ vms: [vm] }),
        targetInventory({ takesVddkConfig: false }),
      ).problems,
    );

  test('a plan that wants some is refused', () => {
    expect(resolve(ON)).toEqual([
      'Provider/mtv/vcenter: spec.settings.useVddkAioOptimization: is true, and the target\'s CDI takes no options of VDDK (spec.source.vddk.extraArgs); set it to "false", or upgrade CDI',
    ]);
  });

  test('a plan that wants none, or imports nothing, can be run', () => {
    expect(resolve({})).toEqual([]);
    expect(resolve(ON, sourceVm({ disks: [sanDisk()] }))).toEqual([]);
  });
});

import { conversionJob } from '../../../../activities/kubernetes/objects/conversion-job';
import { domainXml } from '../../../../activities/kubernetes/objects/domain-xml';
import type { FrozenVm } from '../../../../plan/frozen';
import { BY_IMPORT, frozenVm } from '../../../support/frozen-vm';

const ANNOTATIONS_LIMIT = 256 * 1024;

function podTemplate(vm: FrozenVm) {
  if (vm.conversion === null) throw new Error('nothing to convert');
  const job = conversionJob(vm, vm.conversion, { attempt: 1, conversionId: 'v-1', resume: false });
  const template = job.spec?.template;
  if (template === undefined) throw new Error('no Pod template');
  return template;
}

/** The files of the volume that is mounted there, with their content. */
function filesAt(mountPath: string, { metadata, spec }: ReturnType<typeof podTemplate>) {
  const mount = spec?.containers[0]?.volumeMounts?.find((each) => each.mountPath === mountPath);
  const volume = spec?.volumes?.find(({ name }) => name === mount?.name);
  const files = (volume?.downwardAPI?.items ?? []).map(({ path, fieldRef }) => {
    const [, annotation = ''] = /^metadata\.annotations\['(.+)'\]$/.exec(fieldRef?.fieldPath ?? '') ?? [];
    return [path, metadata?.annotations?.[annotation]];
  });
  return Object.fromEntries(files) as Record<string, string | undefined>;
}

test('the conversion finds its input in its own Pod: the guest, and which disk each overlay lies on', () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
  const files = filesAt('/etc/drover', podTemplate(vm));
  expect(files['domain.xml']).toBe(domainXml(vm));
  expect(JSON.parse(files['disks.json'] ?? '')).toMatchObject([
    { index: 0, overlay: '/var/lib/drover/disk0.qcow2' },
    { index: 1, overlay: '/var/lib/drover/disk1.qcow2' },
  ]);
});

test('the input of a VM with 60 disks is far below what annotations may hold', () => {
  const { metadata } = podTemplate(frozenVm({ methods: Array(60).fill(BY_IMPORT) }));
  const size = Buffer.byteLength(JSON.stringify(metadata?.annotations));
  expect(size).toBeLessThan(ANNOTATIONS_LIMIT / 4);
});

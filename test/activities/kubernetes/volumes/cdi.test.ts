import { featuresOf } from '../../../../activities/kubernetes/volumes/cdi';
import type { Crd, JsonSchema } from '../../../../activities/kubernetes/api/kinds';
import { cdiDefinitions } from '../../../../lab/crds/cdi';

/** CDI's own schema of DataVolumes, by the published types. */
function dataVolumeCrd(): Crd & { spec: NonNullable<Crd['spec']> } {
  const found = cdiDefinitions().find(({ metadata }) => metadata.name === 'datavolumes.cdi.kubevirt.io');
  if (found === undefined) throw new Error('the lab has no DataVolumes');
  return structuredClone(found) as Crd & { spec: NonNullable<Crd['spec']> };
}

function vddkFields(crd: Crd): Record<string, JsonSchema> {
  const root = crd.spec?.versions?.[0]?.schema?.openAPIV3Schema;
  const fields = root?.properties?.['spec']?.properties?.['source']?.properties?.['vddk']?.properties;
  if (fields === undefined) throw new Error('no spec.source.vddk');
  return fields;
}

test("today's CDI takes a VDDK image and a ConfigMap of certificates with each import", () => {
  expect(featuresOf(dataVolumeCrd())).toEqual({
    initImageUrl: true,
    certConfigMap: true,
    extraArgs: true,
    instanceUuid: true,
  });
});

test("a CDI whose schema lacks certificates is asked for none, and finds VMs by their BIOS' UUID", () => {
  const crd = dataVolumeCrd();
  delete vddkFields(crd)['certConfigMap'];
  expect(featuresOf(crd)).toEqual({
    initImageUrl: true,
    certConfigMap: false,
    extraArgs: true,
    instanceUuid: false,
  });
});

test('a CDI without VDDK imports has none of their fields', () => {
  expect(featuresOf({ spec: { versions: [{ name: 'v1beta1' }] } })).toEqual({
    initImageUrl: false,
    certConfigMap: false,
    extraArgs: false,
    instanceUuid: false,
  });
});

/** Templates of names: a user's text, over names that come from the source. */
import fc from 'fast-check';
import { readNameTemplate, TemplateError } from '../../plan/name-template';
import { isDnsLabel } from '../../plan/names';
import { resolvePlan } from '../../plan/resolve';
import { disk, inventory, manifestSet, sourceVm, targetInventory } from '../plan/example';
import { eachOf, texts } from './support/corpus';
import { fuzz } from './support/fuzz';
import { garbled, nastyText } from './support/mutations';

/** Longest text that a template may make. */
const LONGEST = 1_024;

function make(template: string, name: string): void {
  try {
    const variables = { VmName: name, DiskIndex: 1n, Shared: false };
    const made = readNameTemplate(template, Object.keys(variables)).render(variables);
    expect(made.length).toBeLessThanOrEqual(LONGEST);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
  }
}

eachOf('name-templates', (template) => make(template, 'web01'));

fuzz(
  'any template over any name ends soon, with a short text or a sentence',
  fc.record({ template: garbled(texts('name-templates')), name: nastyText }),
  ({ template, name }) => make(template, name),
);

const PVC_TEMPLATES = [
  '{{.VmName}}',
  '{{.TargetVmName}}-{{.DiskIndex}}',
  '{{trunc 15 .PlanName}}-{{trunc 15 .TargetVmName}}-disk-{{.DiskIndex}}',
  '{{.FileName | trimSuffix ".vmdk"}}',
  'data',
  '{{.VmId}}{{if eq .DiskIndex .RootDiskIndex}}-root{{end}}',
];

fuzz(
  'a plan with templates is refused, or each of its claims has a name of its own that Kubernetes takes',
  fc.record({
    pvcNameTemplate: fc.constantFrom(...PVC_TEMPLATES),
    pvcNameTemplateUseGenerateName: fc.boolean(),
    names: fc.tuple(nastyText, nastyText),
  }),
  ({ names, ...templates }) => {
    const [first, second] = names.map((name, place) =>
      sourceVm({
        moref: `vm-${42 + place}`,
        name: `${name}x`.slice(0, 200),
        nics: [],
        disks: [disk(), disk({ key: 2001, unitNumber: 1 })],
      }),
    );
    const plan = { ...templates, vms: [{ id: 'vm-42' }, { id: 'vm-43' }] };
    const source = inventory({ vms: [first!, second!] });
    const { vms } = resolvePlan(manifestSet({ plan }), source, targetInventory());
    const claims = vms.flatMap(({ disks }) => disks.map(({ volumeName }) => volumeName));
    expect(claims.filter(isDnsLabel)).toEqual(claims);
    expect(new Set(claims).size).toBe(claims.length);
  },
);

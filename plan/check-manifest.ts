/** Rules of one manifest that its schema can't say. */
import { checkLabels, checkVmLabels } from './check-labels';
import { diskBusFault } from './disk-bus';
import { importHostUrl } from './import-host';
import type { HostManifest } from './manifests/host';
import type { Manifest } from './manifests/kinds';
import type { NetworkMapManifest } from './manifests/network-map';
import type { PlanManifest } from './manifests/plan';
import type { PlanVm } from './manifests/plan-vm';
import type { ProviderManifest } from './manifests/provider';
import type { StorageMapManifest } from './manifests/storage-map';
import { readAcknowledgements } from './policies/acknowledgements';
import { varFault } from './plugin-vars';
import { reservationFaults } from './rdm-lun';
import { readAttachment } from './network-attachment';
import { errorAt, warningAt, type Location, type Problem } from './problem';
import { readWave } from './read-wave';
import { urlFault } from './provider-url';

/** `name` is the manifest's name as problems show it. */
export function checkManifest(manifest: Manifest, name: string): Problem[] {
  switch (manifest.kind) {
    case 'Hook':
      return [];
    case 'Host':
      return checkHost(manifest, name);
    case 'NetworkMap':
      return checkNetworkMap(manifest, name);
    case 'Plan':
      return checkPlan(manifest, name);
    case 'Provider':
      return checkProvider(manifest, name);
    case 'StorageMap':
      return checkStorageMap(manifest, name);
  }
}

const EMPTY_REF = ['names nothing', 'give id or name'] as const;

function isEmptyRef(ref: { id?: string | undefined; name?: string | undefined }): boolean {
  return ref.id === undefined && ref.name === undefined;
}

/** What is no address is not repeated: it may hold a password. */
function checkHost({ spec }: HostManifest, manifest: string): Problem[] {
  const unnamed = isEmptyRef(spec) ? [errorAt({ manifest, path: 'spec' }, ...EMPTY_REF)] : [];
  if (importHostUrl(spec.ipAddress) !== null) return unnamed;
  const remedy = 'give an IP address or a DNS name, as 192.0.2.11';
  return [...unnamed, errorAt({ manifest, path: 'spec.ipAddress' }, 'this is no address of a host', remedy)];
}

const LABEL_FIELDS = [
  'targetLabels',
  'targetNodeSelector',
  'convertorLabels',
  'convertorNodeSelector',
] as const;

function checkPlan(plan: PlanManifest, manifest: string): Problem[] {
  const { vms } = plan.spec;
  const unnamed = vms.flatMap((vm, i) =>
    isEmptyRef(vm) ? [errorAt({ manifest, path: `spec.vms[${i}]` }, ...EMPTY_REF)] : [],
  );
  const bus = diskBusFault(plan.spec);
  return [
    ...unnamed,
    ...(bus === null ? [] : [errorAt({ manifest, path: 'spec.diskBus' }, bus.found, bus.remedy)]),
    ...reservationFaults(plan.spec).map(({ path, found, remedy }) =>
      errorAt({ manifest, path }, found, remedy),
    ),
    ...vms.flatMap((vm, i) => checkHookSteps(vm, { manifest, path: `spec.vms[${i}].hooks` })),
    ...LABEL_FIELDS.flatMap((field) => checkLabels(plan.spec[field], { manifest, path: `spec.${field}` })),
    ...checkVmLabels(plan.spec.targetLabels, { manifest, path: 'spec.targetLabels' }),
    ...readWave(plan, manifest).problems,
    ...readAcknowledgements(plan, manifest).problems,
  ];
}

function checkHookSteps({ hooks }: PlanVm, { manifest, path }: Location): Problem[] {
  const steps = (hooks ?? []).map(({ step }) => step);
  return steps.flatMap((step, place) => {
    const first = steps.indexOf(step);
    if (first === place) return [];
    const found = `is ${JSON.stringify(step)}, as hooks[${first}] is, too`;
    return [errorAt({ manifest, path: `${path}[${place}].step` }, found, 'give each step one hook')];
  });
}

function checkNetworkMap(map: NetworkMapManifest, manifest: string): Problem[] {
  return map.spec.map.flatMap(({ source, destination }, i) => {
    const problems: Problem[] = [];
    const path = `spec.map[${i}]`;
    if (isEmptyRef(source)) problems.push(errorAt({ manifest, path: `${path}.source` }, ...EMPTY_REF));
    if (destination.type === 'multus' && destination.name === '') {
      const at = { manifest, path: `${path}.destination.name` };
      problems.push(errorAt(at, 'is missing', 'give the name of a NetworkAttachmentDefinition'));
    } else if (readAttachment(destination) === null) {
      const found = `"${destination.name}" is not in namespace "${destination.namespace}", which is given, too`;
      problems.push(errorAt({ manifest, path: `${path}.destination.name` }, found, 'give one of the two'));
    }
    return problems;
  });
}

function checkStorageMap(map: StorageMapManifest, manifest: string): Problem[] {
  return map.spec.map.flatMap(({ source, destination }, i) => {
    const path = `spec.map[${i}]`;
    const unnamed = isEmptyRef(source) ? [errorAt({ manifest, path: `${path}.source` }, ...EMPTY_REF)] : [];
    const vars = Object.keys(destination.offloadPlugin?.vars ?? {});
    return [
      ...unnamed,
      ...vars.flatMap((name) => checkVar(name, manifest, `${path}.destination.offloadPlugin.vars`)),
    ];
  });
}

function checkVar(name: string, manifest: string, path: string): Problem[] {
  const fault = varFault(name);
  if (fault === null) return [];
  const at = { manifest, path: fault.isReserved ? `${path}.${name}` : path };
  return [errorAt(at, fault.found, fault.remedy)];
}

function checkProvider(provider: ProviderManifest, manifest: string): Problem[] {
  const { secret, type, url } = provider.spec;
  // The cluster that the worker runs in needs no address and no login.
  if (type === 'openshift' && url === '') return [];
  const fault = urlFault(type, url);
  const problems = fault === null ? [] : [errorAt({ manifest, path: 'spec.url' }, fault.found, fault.remedy)];
  if (secret.name === '') {
    const login = type === 'vsphere' ? 'user, password and ca.crt or thumbprint' : 'token and ca.crt';
    problems.push(
      errorAt({ manifest, path: 'spec.secret.name' }, 'is missing', `name the Secret with ${login}`),
    );
  }
  return [...problems, ...checkVddkConfig(provider, manifest)];
}

/** As in Forklift: without the optimization nobody reads them. */
function checkVddkConfig({ spec: { settings } }: ProviderManifest, manifest: string): Problem[] {
  if (settings.vddkConfig === undefined || settings.useVddkAioOptimization) return [];
  const at = { manifest, path: 'spec.settings.vddkConfig' };
  const remedy = 'set spec.settings.useVddkAioOptimization to "true", or remove it';
  return [warningAt(at, 'has no effect while useVddkAioOptimization is not true', remedy)];
}

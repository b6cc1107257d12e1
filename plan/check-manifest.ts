/** Rules of one manifest that its schema can't say. */
import { checkLabels } from './check-labels';
import type { Manifest } from './manifests/kinds';
import type { NetworkMapManifest } from './manifests/network-map';
import type { PlanManifest } from './manifests/plan';
import type { ProviderManifest } from './manifests/provider';
import type { StorageMapManifest } from './manifests/storage-map';
import { RESERVED_PLUGIN_VARS } from './plugin-contract';
import { errorAt, warningAt, type Problem } from './problem';

/** `name` is the manifest's name as problems show it. */
export function checkManifest(manifest: Manifest, name: string): Problem[] {
  switch (manifest.kind) {
    case 'Hook':
      return [warningAt({ manifest: name, path: '' }, 'hooks are not run yet', 'remove it from the file')];
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

function checkPlan(plan: PlanManifest, manifest: string): Problem[] {
  const { targetLabels, targetNodeSelector, vms } = plan.spec;
  const unnamed = vms.flatMap((vm, i) =>
    isEmptyRef(vm) ? [errorAt({ manifest, path: `spec.vms[${i}]` }, ...EMPTY_REF)] : [],
  );
  return [
    ...unnamed,
    ...checkLabels(targetLabels, { manifest, path: 'spec.targetLabels' }),
    ...checkLabels(targetNodeSelector, { manifest, path: 'spec.targetNodeSelector' }),
  ];
}

function checkNetworkMap(map: NetworkMapManifest, manifest: string): Problem[] {
  return map.spec.map.flatMap(({ source, destination }, i) => {
    const problems: Problem[] = [];
    const path = `spec.map[${i}]`;
    if (isEmptyRef(source)) problems.push(errorAt({ manifest, path: `${path}.source` }, ...EMPTY_REF));
    if (destination.type === 'multus' && destination.name === '') {
      const at = { manifest, path: `${path}.destination.name` };
      problems.push(errorAt(at, 'is missing', 'give the name of a NetworkAttachmentDefinition'));
    }
    return problems;
  });
}

const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

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
  const reserved: readonly string[] = RESERVED_PLUGIN_VARS;
  if (reserved.includes(name)) {
    const remedy = 'rename it: Drover itself tells every plugin this one';
    return [errorAt({ manifest, path: `${path}.${name}` }, `the variable ${name} is reserved`, remedy)];
  }
  if (ENVIRONMENT_NAME.test(name)) return [];
  const found = `${JSON.stringify(name)} is no name of an environment variable`;
  return [
    errorAt({ manifest, path }, found, 'use letters, digits and underscores, not beginning with a digit'),
  ];
}

function checkProvider(provider: ProviderManifest, manifest: string): Problem[] {
  const { secret, type, url } = provider.spec;
  // The cluster that the worker runs in needs no address and no login.
  if (type === 'openshift' && url === '') return [];
  const problems = checkUrl(type, url, manifest);
  if (secret.name === '') {
    const login = type === 'vsphere' ? 'user, password and ca.crt or thumbprint' : 'token and ca.crt';
    problems.push(
      errorAt({ manifest, path: 'spec.secret.name' }, 'is missing', `name the Secret with ${login}`),
    );
  }
  return problems;
}

const URL_SHAPES = { vsphere: 'https://<vCenter>/sdk', openshift: 'https://<API server>:6443' } as const;

/** The address is never shown: it may hold a password. */
function checkUrl(type: ProviderManifest['spec']['type'], text: string, manifest: string): Problem[] {
  const at = { manifest, path: 'spec.url' };
  if (text === '') return [errorAt(at, 'is missing', `give ${URL_SHAPES[type]}`)];
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.username !== '' || url.password !== '')) {
    const remedy = "remove it, and put the login into the Provider's Secret";
    return [
      errorAt(at, 'the address holds a login, which would be kept in the history of the migration', remedy),
    ];
  }
  const sound = url?.protocol === 'https:' && url.search === '' && url.hash === '';
  if (sound && (type === 'openshift' || url.pathname === '/sdk')) return [];
  return [errorAt(at, `this is no address of a ${type} provider`, `give ${URL_SHAPES[type]}`)];
}

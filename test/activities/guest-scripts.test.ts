import { checkGuestScripts } from '../../activities/guest-scripts';
import { AllowedImages } from '../../activities/kubernetes/access/allowed-images';
import type { Clusters } from '../../activities/kubernetes/access/clusters';
import { ApiError } from '../../activities/kubernetes/api/errors';
import type { RegistrySettings } from '../../activities/registry/check-images';
import { IMAGES, TARGET_NAMESPACES, USE } from '../../plan/consent';
import { manifestSet, sentences } from '../plan/example';

const agreeing = {
  labels: { [USE]: 'guest-scripts' },
  annotations: { [TARGET_NAMESPACES]: 'migrated', [IMAGES]: 'registry.example.com/convert' },
};

/** ConfigMaps of the worker's own cluster, by namespace and name. */
const MAPS: Record<string, unknown> = {
  'mtv/good': { metadata: agreeing, data: { '10_linux_run_proxy.sh': 'true' } },
  'mtv/strange': { metadata: agreeing, data: { '10_linux_run_proxy.sh': 'true', 'README.md': 'x' } },
  'mtv/silent': { metadata: {}, data: { '10_linux_run_proxy.sh': 'true' } },
  'mtv/keys': { metadata: { ...agreeing, labels: { [USE]: 'guest-keys' } }, data: {} },
};

let asked: string[];
beforeEach(() => (asked = []));

async function check(
  customizationScripts: object | null,
  { vms = 1, ...more }: { vms?: number; skipGuestConversion?: boolean } = {},
): Promise<string[]> {
  const find = (_: unknown, { namespace, name }: { namespace: string; name: string }) => {
    asked.push(`${namespace}/${name}`);
    const refusal = { reason: 'Forbidden', said: '' };
    return namespace === 'mtv'
      ? Promise.resolve(MAPS[`${namespace}/${name}`] ?? null)
      : Promise.reject(new ApiError({ verb: 'get', plural: 'configmaps' }, 403, refusal));
  };
  const clusters = { own: { api: { find } } } as unknown as Clusters;
  const registries = { allowed: new AllowedImages(null) } as unknown as RegistrySettings;
  const plan = {
    drover: { conversionImage: 'registry.example.com/convert:1' },
    customizationScripts,
    ...more,
  };
  return sentences(await checkGuestScripts({ clusters, registries }, manifestSet({ plan }), vms));
}

test('a plan whose guests get their scripts has no problem', async () => {
  expect(await check({ name: 'good' })).toEqual([]);
  expect(await check({ name: 'good', namespace: 'mtv' })).toEqual([]);
  expect(asked).toEqual(['mtv/good', 'mtv/good']);
});

test.each<[string, object, string]>([
  [
    'is not there',
    { name: 'nowhere' },
    'there is no ConfigMap mtv/nowhere; create it with the scripts, or remove the field',
  ],
  [
    'has a key that names no script',
    { name: 'strange' },
    'ConfigMap mtv/strange holds "README.md", which is no name of a script; give 1 to 32 scripts, 256 KiB in all, each under a key as 10_linux_run_name.sh, 10_linux_firstboot_name.sh or 10_win_firstboot_name.ps1',
  ],
  [
    'may not be read',
    { name: 'scripts', namespace: 'team-b' },
    'Drover may not get configmaps/scripts in namespace team-b; give its account this right: deploy/plans has it',
  ],
])('a ConfigMap that %s is a problem of the plan', async (_, named, sentence) => {
  expect(await check(named)).toEqual([`Plan/mtv/wave-1: spec.customizationScripts: ${sentence}`]);
});

test.each(['silent', 'keys'])(
  'the ConfigMap %s, whose owner lends it to no guest, is a problem with the command',
  async (name) => {
    const [problem, ...others] = await check({ name });
    expect(others).toEqual([]);
    expect(problem).toContain(`kubectl -n mtv label configmap ${name} drover.dev/use=guest-scripts`);
  },
);

test('where no guest is converted, none is left to migrate, or no ConfigMap is named, none is asked for', async () => {
  expect(await check({ name: 'nowhere' }, { vms: 0 })).toEqual([]);
  expect(await check({ name: 'nowhere' }, { skipGuestConversion: true })).toEqual([]);
  expect(await check({ name: '', namespace: '' })).toEqual([]);
  expect(await check(null)).toEqual([]);
  expect(asked).toEqual([]);
});

import { checkGuestKeys } from '../../activities/guest-keys';
import { AllowedImages } from '../../activities/kubernetes/access/allowed-images';
import type { Clusters } from '../../activities/kubernetes/access/clusters';
import { ApiError } from '../../activities/kubernetes/api/errors';
import type { RegistrySettings } from '../../activities/registry/check-images';
import { IMAGES, TARGET_NAMESPACES, USE } from '../../plan/consent';
import { chooseVms } from '../../plan/resolve';
import { inventory, manifestSet, sentences } from '../plan/example';

const agreeing = {
  labels: { [USE]: 'guest-keys' },
  annotations: { [TARGET_NAMESPACES]: 'migrated', [IMAGES]: 'registry.example.com/convert' },
};
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Secrets of the worker's own cluster, by namespace and name. */
const SECRETS: Record<string, unknown> = {
  'mtv/good': { metadata: agreeing, data: { root: base64('open sesame') } },
  'mtv/empty': { metadata: agreeing, data: {} },
  'mtv/silent': { metadata: {}, data: { root: base64('open sesame') } },
};

let asked: string[];
beforeEach(() => (asked = []));

async function check(plan: object): Promise<string[]> {
  const find = (_: unknown, { namespace, name }: { namespace: string; name: string }) => {
    asked.push(`${namespace}/${name}`);
    if (namespace !== 'mtv') {
      return Promise.reject(
        new ApiError({ verb: 'get', plural: 'secrets' }, 403, { reason: 'Forbidden', said: '' }),
      );
    }
    return Promise.resolve(SECRETS[`${namespace}/${name}`] ?? null);
  };
  const clusters = { own: { api: { find } } } as unknown as Clusters;
  const registries = { allowed: new AllowedImages(null) } as unknown as RegistrySettings;
  const set = manifestSet({
    plan: { drover: { conversionImage: 'registry.example.com/convert:1' }, ...plan },
  });
  const { chosen } = chooseVms(set, inventory().refs);
  return sentences(await checkGuestKeys({ clusters, registries }, set, chosen));
}

const vms = (first: object, second: object = {}) => [
  { name: 'web01', luks: first },
  { id: 'vm-43', luks: second },
];

test('a plan whose guests get their passphrases has no problem, and one Secret is asked for once', async () => {
  expect(await check({ vms: vms({ name: 'good' }, { name: 'good', namespace: 'mtv' }) })).toEqual([]);
  expect(asked).toEqual(['mtv/good']);
});

test.each<[string, object, string]>([
  [
    'is not there',
    { name: 'nowhere' },
    'there is no Secret mtv/nowhere; create it with the passphrases of the disks, one under each key',
  ],
  [
    'holds nothing',
    { name: 'empty' },
    'Secret mtv/empty holds no passphrase; give 1 to 16 passphrases, one under each key, each a line of 1 to 512 characters',
  ],
  [
    'may not be read',
    { name: 'keys', namespace: 'team-b' },
    'Drover may not get secrets/keys in namespace team-b; give its account this right: deploy/plans has it',
  ],
])('a Secret that %s is a problem at its VM', async (_, luks, sentence) => {
  expect(await check({ vms: vms({}, luks) })).toEqual([`Plan/mtv/wave-1: spec.vms[1].luks: ${sentence}`]);
});

test('a Secret whose owner has said nothing is a problem with the commands that say it', async () => {
  const [problem, ...others] = await check({ vms: vms({ name: 'silent' }) });
  expect(others).toEqual([]);
  expect(problem).toMatch(
    /Secret mtv\/silent does not say .*kubectl -n mtv label secret silent drover.dev\/use=guest-keys/,
  );
});

test('where no guest is converted, no Secret is asked for', async () => {
  expect(await check({ skipGuestConversion: true, vms: vms({ name: 'nowhere' }) })).toEqual([]);
  expect(asked).toEqual([]);
});

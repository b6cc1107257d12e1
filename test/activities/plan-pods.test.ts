/** Before a Pod of a plan is made: the accounts that it names, and the logins with which their Pods pull. */
import { AllowedImages } from '../../activities/kubernetes/access/allowed-images';
import type { Clusters } from '../../activities/kubernetes/access/clusters';
import { lookAtPods } from '../../activities/plan-pods';
import { IMAGES, USE } from '../../plan/consent';
import type { NeededImages } from '../../plan/resolve';
import { manifestSet } from '../plan/example';

/** Nothing listens there: the answer comes at once. */
const CONVERTER = { image: 'localhost:1/convert:1', pullSecret: null };
const HOOK = { image: 'localhost:1/hook:1', pullSecret: null, account: 'ops' };
const LENT = {
  movers: { labels: { [USE]: 'migration' }, annotations: { [IMAGES]: 'localhost:1/convert' } },
  ops: { labels: { [USE]: 'hook' }, annotations: { [IMAGES]: 'localhost:1/hook' } },
};

let asked: string[];
beforeEach(() => (asked = []));

/** @param metadata of ServiceAccounts: each has a pull secret of its own */
async function look(metadata: Record<string, object>) {
  const find = ({ plural }: { plural: string }, { name }: { name: string }) => {
    asked.push(`${plural}/${name}`);
    const account = { metadata: { name, ...metadata[name] }, imagePullSecrets: [{ name: `pull-${name}` }] };
    return Promise.resolve(plural === 'serviceaccounts' ? account : null);
  };
  const api = { find, listMetadata: () => Promise.resolve({ items: [] }) };
  const clusters = { target: () => Promise.resolve({ api }) } as unknown as Clusters;
  const needed: NeededImages = {
    ...{ plugins: [], vddk: [], converter: CONVERTER, hooks: [HOOK] },
    accounts: [
      { name: 'movers', use: 'migration', images: [CONVERTER.image] },
      { name: 'ops', use: 'hook', images: [HOOK.image] },
    ],
  };
  return lookAtPods(
    { clusters, registries: { allowed: new AllowedImages(null), plainHttp: [] } },
    {
      set: manifestSet({ plan: { serviceAccount: 'movers' } }),
      target: { missingRights: [], namespaceConsents: true },
      needed,
      images: null,
      signal: AbortSignal.timeout(60_000),
    },
  );
}

test('registries are asked with the pull secrets of accounts whose owners lend them, each for its own images', async () => {
  const { images, lackingAccounts } = await look(LENT);
  expect(lackingAccounts).toEqual({});
  expect(images.images).toMatchObject([CONVERTER, HOOK]);
  expect(asked).toContain('secrets/pull-movers');
  expect(asked).toContain('secrets/pull-ops');
});

test.each([
  ['movers', HOOK],
  ['ops', CONVERTER],
] as const)('nobody reads the pull secrets of %s, whose owner does not lend it', async (name, other) => {
  const { images, lackingAccounts } = await look({ ...LENT, [name]: {} });
  expect(Object.keys(lackingAccounts ?? {})).toEqual([name]);
  expect(images.images).toMatchObject([other]);
  expect(asked).not.toContain(`secrets/pull-${name}`);
});

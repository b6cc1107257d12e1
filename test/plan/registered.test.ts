import { readProviders } from '../../plan/read-providers';
import { type Registered, registeredLogins, sayRegistered } from '../../plan/registered';
import { errorAt, formatProblem } from '../../plan/problem';
import { validateManifests } from '../../plan/validate-manifests';
import { documents, host, manifestSet, type Parts, sentences, vcenter } from './example';

const { providers: REGISTERED } = readProviders([vcenter(), host()]);
const BARE = documents().slice(2);

function said(given: readonly unknown[], registered: Registered = REGISTERED): string[] {
  return sentences(validateManifests(given, registered).problems);
}

describe('a plan', () => {
  test('names registered Providers, and brings none', () => {
    const { set, problems } = validateManifests(BARE, REGISTERED);
    expect(problems).toEqual([]);
    expect(set).toEqual(manifestSet());
  });

  test('may bring a Provider that says the same in other words', () => {
    const secret = { name: 'login', namespace: 'mtv' };
    const same = vcenter({ url: 'https://vc.example.com:443/sdk', secret });
    expect(said([same, ...documents().slice(1)])).toEqual([]);
  });

  test.each<[string, Parts, string]>([
    [
      'another address',
      { vcenter: { url: 'https://evil.example.com/sdk' } },
      'spec.url: is "https://evil.example.com/sdk" in the manifest, and "https://vc.example.com/sdk" as it is registered at the worker; leave the manifest out, or write in it what is registered',
    ],
    [
      'another Secret',
      { vcenter: { secret: { name: 'login', namespace: 'other' } } },
      'spec.secret: is "other/login" in the manifest, and "mtv/login" as it is registered at the worker; leave the manifest out, or write in it what is registered',
    ],
    [
      'another endpoint',
      { vcenter: { settings: { vddkInitImage: 'registry.example.com/vddk:8', sdkEndpoint: 'esxi' } } },
      'spec.settings.sdkEndpoint: is "esxi" in the manifest, and "vcenter" as it is registered at the worker; leave the manifest out, or write in it what is registered',
    ],
    [
      'another VDDK image',
      { vcenter: { settings: {} } },
      'spec.settings.vddkInitImage: is empty in the manifest, and "registry.example.com/vddk:8" as it is registered at the worker; leave the manifest out, or write in it what is registered',
    ],
  ])('can not give a registered Provider %s', (_, parts, sentence) => {
    const { set, problems } = validateManifests(documents(parts), REGISTERED);
    expect(sentences(problems)).toEqual([`Provider/mtv/vcenter: ${sentence}`]);
    expect(set).toBeNull();
  });

  test('can not give a registered Provider another type, and hears of each field that is changed', () => {
    const changed = vcenter({ type: 'openshift', url: 'https://evil.example.com:6443', settings: {} });
    const paths = validateManifests([changed, ...documents().slice(1)], REGISTERED).problems.map(
      ({ location }) => location.path,
    );
    expect(paths).toEqual([
      'spec.type',
      'spec.url',
      'spec.settings.vddkInitImage',
      'spec.provider.source.name',
    ]);
  });

  test('can not make the cluster of the worker another one', () => {
    const elsewhere = { url: 'https://evil.example.com:6443', secret: { name: 'token' } };
    expect(said(documents({ host: elsewhere }))).toEqual([
      expect.stringContaining(
        'Provider/mtv/host: spec.url: is "https://evil.example.com:6443/" in the manifest, and empty',
      ),
      expect.stringContaining('Provider/mtv/host: spec.secret: is "mtv/token" in the manifest, and empty'),
    ]);
  });
});

describe('a Provider that is nowhere', () => {
  const AT = 'Plan/mtv/wave-1: spec.provider.source.name: Provider/mtv/vcenter is';

  test('is refused with the names of those that are registered', () => {
    const [, own] = REGISTERED;
    expect(said(BARE, [own!])).toEqual([
      `${AT} neither among the manifests nor registered at the worker (registered: Provider/mtv/host); add it to the manifests`,
    ]);
    const others = Array.from({ length: 22 }, (_, index) => ({
      ...own!,
      metadata: { namespace: 'mtv', name: index === 0 ? 'host' : `other-cluster-${index}` },
    }));
    expect(said(BARE, others)[0]).toMatch(
      /Provider\/mtv\/other-cluster-19, and 2 more\); add it to the manifests$/,
    );
  });

  test('is refused where nothing is registered', () => {
    expect(said(BARE.concat(host()), [])).toEqual([
      `${AT} neither among the manifests nor registered at the worker (registered: nothing is); add it to the manifests`,
    ]);
  });

  test('is taken for a slip of the pen where a registered name is near', () => {
    const provider = { source: { name: 'vcentre' }, destination: { name: 'host' } };
    const [, , , map, plan] = documents({ plan: { provider }, networkMap: { provider } });
    const stores = documents({ storageMap: { provider } })[2];
    expect(said([stores, map, plan])).toEqual([
      expect.stringContaining(
        'registered: Provider/mtv/vcenter, Provider/mtv/host); did you mean "Provider/mtv/vcenter"?',
      ),
    ]);
  });

  test('is no problem of who does not know what is registered, who finds every other', () => {
    const { plan, set, problems } = validateManifests(BARE, 'unknown');
    expect({ name: plan?.metadata.name, set, problems }).toEqual({ name: 'wave-1', set: null, problems: [] });
    const [stores, , plan1] = BARE;
    expect(said([stores, plan1], 'unknown')).toEqual([
      'Plan/mtv/wave-1: spec.map.network.name: NetworkMap/mtv/nets is not among the manifests; add it to the manifests',
    ]);
  });
});

test('a problem of a Provider that the user did not bring says where it is', () => {
  const problem = errorAt(
    { manifest: 'Provider/mtv/vcenter', path: 'spec.secret.name' },
    'is odd',
    'mend it',
  );
  const spoken = (given: readonly unknown[]) => {
    const { set } = validateManifests(given, REGISTERED);
    return formatProblem(sayRegistered(REGISTERED, set!)(problem));
  };
  expect(spoken(BARE)).toBe(
    'Provider/mtv/vcenter (registered at the worker): spec.secret.name: is odd; mend it',
  );
  expect(spoken(documents())).toBe('Provider/mtv/vcenter: spec.secret.name: is odd; mend it');
});

test("what is registered of a login is its server, its Secret and its VDDK image; the worker's own cluster has none", () => {
  expect(registeredLogins(REGISTERED)).toEqual([
    {
      type: 'vsphere',
      secret: { namespace: 'mtv', name: 'login' },
      url: 'https://vc.example.com/sdk',
      vddkImage: 'registry.example.com/vddk:8',
    },
  ]);
});

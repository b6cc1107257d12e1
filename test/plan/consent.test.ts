import { execFileSync } from 'node:child_process';
import {
  type Handing,
  IMAGES,
  includesPlace,
  isPlaceEntry,
  missingForAccount,
  missingForKeys,
  missingForLogin,
  missingForPlugin,
  missingForScripts,
  missingForTarget,
  type ProviderLogin,
  type SaidOfUse,
  SERVERS,
  serverOf,
  TARGET_NAMESPACES,
  USE,
} from '../../plan/consent';

const SECRET = { namespace: 'team-a', name: 'vcenter' };
const LOGIN = { type: 'vsphere' as const, secret: SECRET, url: 'https://vcenter.example.com/sdk' };
const APPS = { namespace: 'apps', url: '' };

function said(changes: Partial<SaidOfUse> = {}): SaidOfUse {
  return { labels: {}, annotations: {}, url: null, ...changes };
}

const LABELLED = { [USE]: 'provider' };

describe('a login', () => {
  test('of a Secret that says nothing goes nowhere, and its owner is told the commands', () => {
    expect(missingForLogin(said(), LOGIN, null)).toEqual({
      found:
        "Secret team-a/vcenter does not say that it is a Provider's login, nor that it may be sent to vcenter.example.com:443",
      command:
        'kubectl -n team-a label secret vcenter drover.dev/use=provider && ' +
        'kubectl -n team-a annotate secret vcenter drover.dev/servers=vcenter.example.com:443',
    });
  });

  test.each([
    'vcenter.example.com',
    'vcenter.example.com:443',
    'other.example.com, VCENTER.example.com',
    'https://vcenter.example.com/sdk',
  ])('goes to a server that the annotation "%s" names', (servers) => {
    const consent = said({ labels: LABELLED, annotations: { [SERVERS]: servers } });
    expect(missingForLogin(consent, LOGIN, null)).toBeNull();
  });

  test.each([
    ['another server', 'https://evil.example.com/sdk'],
    ['another port of the server', 'https://vcenter.example.com:8443/sdk'],
    ['a server whose name begins so', 'https://vcenter.example.com.evil.example/sdk'],
    ['a server that hides behind a user name', 'https://vcenter.example.com@evil.example/sdk'],
    ['the server without encryption', 'http://vcenter.example.com/sdk'],
    ['what is no address', 'vcenter.example.com:443:443'],
  ])('does not go to %s', (_, url) => {
    const consent = said({ labels: LABELLED, annotations: { [SERVERS]: 'vcenter.example.com' } });
    expect(missingForLogin(consent, { ...LOGIN, url }, null)).not.toBeNull();
  });

  describe('that is registered at the worker', () => {
    const vddkImage = 'registry.example.com/vddk:8';
    const registered = [{ ...LOGIN, vddkImage }];
    const lacks = (login: Partial<typeof LOGIN>, handing: Handing | null = null, consent = said()) =>
      missingForLogin(consent, { ...LOGIN, ...login }, handing, registered)?.found ?? null;

    test('goes to its server without a word on the Secret', () => {
      expect(lacks({})).toBeNull();
      expect(lacks({ url: 'https://VCENTER.example.com:443/sdk' })).toBeNull();
    });

    test.each<[string, Partial<ProviderLogin>]>([
      ['to another server', { url: 'https://evil.example.com/sdk' }],
      ['to another port', { url: 'https://vcenter.example.com:8443/sdk' }],
      ['without encryption', { url: 'http://vcenter.example.com/sdk' }],
      ['as the login of another kind', { type: 'openshift' }],
      ['from another Secret', { secret: { ...SECRET, name: 'other' } }],
      ["from another namespace's Secret", { secret: { ...SECRET, namespace: 'team-b' } }],
    ])('does not go %s', (_, changed) => {
      expect(missingForLogin(said(), { ...LOGIN, ...changed }, null, registered)?.found).toContain(
        "does not say that it is a Provider's login",
      );
    });

    test('is given to its VDDK image, and to no other', () => {
      const place = { namespace: SECRET.namespace, url: '' };
      expect(lacks({}, { place, images: [vddkImage] })).toBeNull();
      expect(lacks({}, { place, images: [vddkImage, 'registry.example.com/evil:1'] })).toBe(
        'Secret team-a/vcenter does not say that registry.example.com/evil:1 may be given it',
      );
    });

    test('is handed to namespaces that its owner names, and to no others', () => {
      expect(lacks({}, { place: APPS, images: [] })).toBe(
        'Secret team-a/vcenter does not say that copiers in namespace apps may be given it',
      );
      const naming = said({ annotations: { [TARGET_NAMESPACES]: 'apps' } });
      expect(lacks({}, { place: APPS, images: [] }, naming)).toBeNull();
    });
  });

  test('goes to the server of its own key url where no annotation names others', () => {
    const url = 'https://vcenter.example.com:443/sdk';
    expect(missingForLogin(said({ labels: LABELLED, url }), LOGIN, null)).toBeNull();
    const annotated = said({ labels: LABELLED, url, annotations: { [SERVERS]: 'other.example.com' } });
    expect(missingForLogin(annotated, LOGIN, null)).not.toBeNull();
    expect(missingForLogin(said({ url }), LOGIN, null)).not.toBeNull();
  });

  test('that Forklift made for a Provider goes to its own server, and to no other', () => {
    const labels = { createdForProviderType: 'vsphere', createdForResourceType: 'providers' };
    const forklift = said({ labels, url: 'https://VCenter.example.com/sdk' });
    expect(missingForLogin(forklift, LOGIN, null)).toBeNull();
    expect(missingForLogin(forklift, { ...LOGIN, url: 'https://evil.example.com/sdk' }, null)).not.toBeNull();
    expect(missingForLogin(forklift, { ...LOGIN, type: 'openshift' }, null)).not.toBeNull();
    const ofHost = { ...labels, createdForResourceType: 'hosts' };
    expect(missingForLogin({ ...forklift, labels: ofHost }, LOGIN, null)).not.toBeNull();
  });

  test('is handed to the namespaces that it names, and to its own', () => {
    const annotations = { [SERVERS]: 'vcenter.example.com', [TARGET_NAMESPACES]: 'apps' };
    const consent = said({ labels: LABELLED, annotations });
    const inNamespace = (namespace: string) =>
      missingForLogin(consent, LOGIN, { place: { namespace, url: '' }, images: [] });
    expect(inNamespace('apps')).toBeNull();
    expect(inNamespace('team-a')).toBeNull();
    expect(inNamespace('team-b')?.found).toBe(
      'Secret team-a/vcenter does not say that copiers in namespace team-b may be given it',
    );
  });

  test('is handed to images that it names, whatever their tag', () => {
    const annotations = {
      [SERVERS]: 'vcenter.example.com',
      [TARGET_NAMESPACES]: '*',
      [IMAGES]: 'registry.example.com/vendor/*',
    };
    const given = (image: string) =>
      missingForLogin(said({ labels: LABELLED, annotations }), LOGIN, { place: APPS, images: [image] });
    expect(given('registry.example.com/vendor/offload:1')).toBeNull();
    expect(given('registry.example.com/evil:1')?.command).toBe(
      'kubectl -n team-a annotate --overwrite secret vcenter drover.dev/images=' +
        String.raw`"$(kubectl -n team-a get secret vcenter -o jsonpath='{.metadata.annotations.drover\.dev/images}')",` +
        'registry.example.com/evil',
    );
  });
});

describe('a list of namespaces', () => {
  const REMOTE = { namespace: 'apps', url: 'https://api.example.com:6443' };

  test.each([
    [['apps'], APPS, true],
    [['*'], APPS, true],
    [['apps'], REMOTE, false],
    [['*'], REMOTE, false],
    [['apps@api.example.com:6443'], REMOTE, true],
    [['*@api.example.com:6443'], REMOTE, true],
    [['apps@api.example.com:6443'], APPS, false],
    [['apps@evil.example.com:6443'], REMOTE, false],
    [['app*'], APPS, false],
    [[], APPS, false],
  ])('%j means %j: %s', (entries, place, meant) => {
    expect(includesPlace(entries, place)).toBe(meant);
  });
});

test.each([
  ['apps', true],
  ['*', true],
  ['apps@api.example.com:6443', true],
  ['Apps', false],
  ['apps@', false],
  ['apps@a@b', false],
  ['app*', false],
])('"%s" is an entry of such a list: %s', (entry, is) => {
  expect(isPlaceEntry(entry)).toBe(is);
});

test("a vendor's Secret is mounted only beside images that it names", () => {
  const own = { namespace: 'apps', name: 'array' };
  const consent = said({
    labels: { [USE]: 'plugin' },
    annotations: { [IMAGES]: 'registry.example.com/vendor/offload' },
  });
  expect(missingForPlugin(consent, own, ['registry.example.com/vendor/offload:2'])).toBeNull();
  expect(missingForPlugin(consent, own, ['registry.example.com/evil:2'])).not.toBeNull();
  expect(missingForPlugin(said(), own, ['registry.example.com/vendor/offload:2'])).toEqual({
    found:
      "Secret apps/array does not say that it is a plugin's, nor that registry.example.com/vendor/offload:2 may be given it",
    command:
      'kubectl -n apps label secret array drover.dev/use=plugin && ' +
      'kubectl -n apps annotate secret array drover.dev/images=registry.example.com/vendor/offload',
  });
});

describe('passphrases of guests', () => {
  const KEYS = { namespace: 'team-a', name: 'web-keys' };
  const handing = { place: APPS, images: ['registry.example.com/drover/conversion:1'] };

  test('of a Secret that says nothing are given to no conversion, and its owner is told the commands', () => {
    expect(missingForKeys(said(), KEYS, handing)).toEqual({
      found:
        'Secret team-a/web-keys does not say that it is for the disks of guests, nor that conversions in namespace apps may be given it, nor that registry.example.com/drover/conversion:1 may be given it',
      command:
        'kubectl -n team-a label secret web-keys drover.dev/use=guest-keys && ' +
        'kubectl -n team-a annotate secret web-keys drover.dev/target-namespaces=apps && ' +
        'kubectl -n team-a annotate secret web-keys drover.dev/images=registry.example.com/drover/conversion',
    });
  });

  test('are given where the Secret says so, and the login of a Provider is not taken for them', () => {
    const annotations = { [TARGET_NAMESPACES]: 'apps', [IMAGES]: 'registry.example.com/drover/conversion' };
    expect(missingForKeys(said({ labels: { [USE]: 'guest-keys' }, annotations }), KEYS, handing)).toBeNull();
    expect(missingForKeys(said({ labels: LABELLED, annotations }), KEYS, handing)?.command).toContain(
      'drover.dev/use=guest-keys',
    );
  });
});

test('a ConfigMap is lent to guests as a Secret with keys is', () => {
  const map = { namespace: 'team-a', name: 'proxy' };
  const handing = { place: APPS, images: ['registry.example.com/drover/conversion:1'] };
  const annotations = { [TARGET_NAMESPACES]: 'apps', [IMAGES]: 'registry.example.com/drover/*' };
  const lent = said({ labels: { [USE]: 'guest-scripts' }, annotations });
  expect(missingForScripts(lent, map, handing)).toBeNull();
  expect(missingForScripts(said({ labels: { [USE]: 'guest-keys' }, annotations }), map, handing)).toEqual({
    found: 'ConfigMap team-a/proxy does not say that it is for guests to run',
    command: 'kubectl -n team-a label configmap proxy drover.dev/use=guest-scripts',
  });
});

test('a ServiceAccount is lent to hooks as a Secret is to plugins', () => {
  const account = { namespace: 'apps', name: 'ops' };
  const image = 'registry.example.com/ops/hook:2';
  const annotations = { [IMAGES]: 'registry.example.com/ops/*' };
  const asHook = { use: 'hook', images: [image] } as const;
  expect(missingForAccount(said({ labels: { [USE]: 'hook' }, annotations }), account, asHook)).toBeNull();
  const forPlugins = said({ labels: { [USE]: 'plugin' }, annotations });
  expect(missingForAccount(forPlugins, account, asHook)).not.toBeNull();
  expect(missingForAccount(said(), account, asHook)).toEqual({
    found: `ServiceAccount apps/ops does not say that hooks may run as it, nor that ${image} may run as it`,
    command:
      'kubectl -n apps label serviceaccount ops drover.dev/use=hook && ' +
      'kubectl -n apps annotate serviceaccount ops drover.dev/images=registry.example.com/ops/hook',
  });
});

test('a ServiceAccount that is lent to all Pods of migrations is lent to hooks, and not the other way round', () => {
  const account = { namespace: 'apps', name: 'movers' };
  const image = 'registry.example.com/drover/conversion:1';
  const annotations = { [IMAGES]: 'registry.example.com/drover/*' };
  const lent = (use: string) => said({ labels: { [USE]: use }, annotations });
  const asAny = { use: 'migration', images: [image] } as const;
  expect(missingForAccount(lent('migration'), account, asAny)).toBeNull();
  expect(missingForAccount(lent('migration'), account, { ...asAny, use: 'hook' })).toBeNull();
  expect(missingForAccount(lent('hook'), account, asAny)).toEqual({
    found: 'ServiceAccount apps/movers does not say that Pods of migrations may run as it',
    command: 'kubectl -n apps label serviceaccount movers drover.dev/use=migration',
  });
});

test('the command for a namespace says on which cluster it is meant', () => {
  expect(missingForTarget(APPS).command).toBe('kubectl label namespace apps drover.dev/target=true');
  expect(missingForTarget({ ...APPS, url: 'https://api.example.com:6443' }).command).toBe(
    'kubectl label namespace apps drover.dev/target=true # on the cluster api.example.com:6443',
  );
});

test('what a manifest says is a word of a command, whatever is in it', () => {
  const name = `$(touch /tmp/x) '"; rm -rf`;
  const { command } = missingForLogin(said(), { ...LOGIN, secret: { namespace: 'a b', name } }, null)!;
  const words = execFileSync('sh', ['-c', `kubectl() { printf '%s\\n' "$@"; }; ${command}`], {
    encoding: 'utf8',
  });
  expect(words.split('\n')).toEqual(expect.arrayContaining(['a b', name, 'drover.dev/use=provider']));
});

test.each([
  ['vcenter.example.com', 'vcenter.example.com:443'],
  ['https://VCENTER.example.com:8443/sdk', 'vcenter.example.com:8443'],
  ['[::1]:6443', '[::1]:6443'],
  ['http://vcenter.example.com', null],
  ['', null],
])('the server of "%s" is %s', (text, server) => {
  expect(serverOf(text)).toBe(server);
});

import { loginsFor, readDockerConfig } from '../../../activities/registry/docker-config';
import { parseImageReference } from '../../../plan/image-reference';

const auth = (login: string) => ({ auth: Buffer.from(login).toString('base64') });

function usersFor(image: string, auths: Record<string, object>): string[] {
  const logins = readDockerConfig('pull', '.dockerconfigjson', JSON.stringify({ auths }));
  const reference = parseImageReference(image);
  if (typeof logins === 'string' || reference === null) throw new Error(String(logins));
  return loginsFor(reference, logins).map(({ username, password }) => `${username}/${password}`);
}

test.each([
  ['registry.example.com', 'registry.example.com/vendor/offload', true],
  ['https://registry.example.com', 'registry.example.com/vendor/offload', true],
  ['https://registry.example.com/v2/', 'registry.example.com/vendor/offload', true],
  ['registry.example.com:5000', 'registry.example.com:5000/offload', true],
  ['registry.example.com', 'registry.example.com:5000/offload', false],
  ['registry.example.com:5000', 'registry.example.com/offload', false],
  ['registry.example.com/vendor', 'registry.example.com/vendor/offload', true],
  ['registry.example.com/other', 'registry.example.com/vendor/offload', false],
  ['*.example.com', 'registry.example.com/offload', true],
  ['*.example.com', 'a.registry.example.com/offload', false],
  ['reg*.example.com', 'registry.example.com/offload', true],
  ['reg?stry.example.com', 'registry.example.com/offload', true],
  ['regi.try.example.com', 'registry.example.com/offload', false],
  [`${'*a'.repeat(40)}*b.example.com`, `${'a'.repeat(120)}.example.com/offload`, false],
  ['example.com', 'registry.example.com/offload', false],
  ['https://index.docker.io/v1/', 'busybox', true],
  ['docker.io', 'vendor/offload', true],
  ['https://index.docker.io/v1/', 'registry.example.com/offload', false],
])('a login for %s and the image %s: %s, as with the kubelet', (location, image, expected) => {
  expect(usersFor(image, { [location]: auth('ada:secret') })).toEqual(expected ? ['ada/secret'] : []);
});

test('the narrowest login comes first, and the others after it', () => {
  const auths = {
    'registry.example.com': auth('all:1'),
    'registry.example.com/vendor': auth('vendor:2'),
    'other.example.com': auth('other:3'),
  };
  expect(usersFor('registry.example.com/vendor/offload', auths)).toEqual(['vendor/2', 'all/1']);
});

test('a password may hold colons, and auth wins over user and password', () => {
  const both = { username: 'old', password: 'old', ...auth('ada:a:b') };
  expect(usersFor('r.example.com/x', { 'r.example.com': both })).toEqual(['ada/a:b']);
  const plain = { username: 'ada', password: 'secret' };
  expect(usersFor('r.example.com/x', { 'r.example.com': plain })).toEqual(['ada/secret']);
});

test('the older form has no auths around its logins', () => {
  const text = JSON.stringify({ 'https://r.example.com': auth('ada:secret') });
  expect(readDockerConfig('pull', '.dockercfg', text)).toMatchObject([
    { scope: 'r.example.com', username: 'ada' },
  ]);
});

test('what holds no logins says why, and quotes nothing of it', () => {
  expect(readDockerConfig('pull', '.dockerconfigjson', 'secret')).toBe(
    'has no Docker configuration under .dockerconfigjson',
  );
  const broken = JSON.stringify({ auths: { 'r.example.com': auth('secret') } });
  expect(readDockerConfig('pull', '.dockerconfigjson', broken)).toBe(
    'has an auth for r.example.com that is not the Base64 of user:password',
  );
});

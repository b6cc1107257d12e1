import { loginsFor } from '../../../lab/node/pull-secrets';

const entry = (username: string) => ({ username, password: `${username}'s` });
const names = (image: string, registries: string[]) =>
  loginsFor(
    image,
    registries.map((registry) => [registry, entry(registry)]),
  ).map(({ username }) => username);

test.each([
  ['registry.example.com/team/app:1', 'registry.example.com', true],
  ['registry.example.com/team/app:1', 'https://registry.example.com', true],
  ['registry.example.com/team/app:1', 'https://registry.example.com/v2/', true],
  ['registry.example.com/team/app:1', 'registry.example.com/team', true],
  ['registry.example.com/team/app:1', 'registry.example.com/other', false],
  ['registry.example.com/team/app:1', '*.example.com', true],
  ['registry.example.com/team/app:1', '*.com', false],
  ['registry.example.com/team/app:1', 'registry.example.com:5000', false],
  ['registry.example.com:5000/app@sha256:00', 'registry.example.com:5000', true],
  ['localhost/app:1', 'localhost', true],
  ['app:1', 'https://index.docker.io/v1/', true],
  ['team/app:1', 'docker.io', true],
])('for %s the login of %s fits: %p', (image, registry, fits) => {
  expect(names(image, [registry])).toEqual(fits ? [registry] : []);
});

test('the login whose place is named most precisely is tried first', () => {
  const registries = ['registry.example.com', 'registry.example.com/team/app', 'registry.example.com/team'];
  expect(names('registry.example.com/team/app:1', registries)).toEqual([
    'registry.example.com/team/app',
    'registry.example.com/team',
    'registry.example.com',
  ]);
});

test('a login may be given as one word, and an entry without one is none', () => {
  const auth = Buffer.from('ada:pass:word').toString('base64');
  const entries: [string, object][] = [
    ['registry.example.com', { auth }],
    ['registry.example.com/team', { auth: '' }],
  ];
  expect(loginsFor('registry.example.com/team/app:1', entries)).toEqual([
    { username: 'ada', password: 'pass:word' },
  ]);
});

import { readChallenge } from '../../../activities/registry/challenge';

const BEARER = {
  scheme: 'bearer',
  realm: 'https://auth.example.com/token',
  service: 'registry.example.com',
  scope: 'repository:vendor/offload:pull,push',
};

test.each([
  [
    'Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:vendor/offload:pull,push"',
    BEARER,
  ],
  [
    'Basic realm="x, y", bearer scope="repository:vendor/offload:pull,push", realm="https://auth.example.com/token", service=registry.example.com',
    BEARER,
  ],
  ['Bearer realm="https://auth.example.com/token"', { ...BEARER, service: null, scope: null }],
  ['Basic realm="the \\"best\\" registry"', { scheme: 'basic' }],
  ['basic', { scheme: 'basic' }],
  ['Negotiate', null],
  ['Bearer realm="nowhere"', null],
  [undefined, null],
])('%s', (header, expected) => {
  expect(readChallenge(header)).toEqual(expected);
});

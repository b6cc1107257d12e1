import { matchesPattern, parseImageReference, pinnedReference } from '../../plan/image-reference';

const SHA = `sha256:${'a'.repeat(64)}`;

test.each([
  ['busybox', 'docker.io', 'library/busybox', 'latest', null],
  ['vendor/offload:1.4', 'docker.io', 'vendor/offload', '1.4', null],
  ['index.docker.io/vendor/offload', 'docker.io', 'vendor/offload', 'latest', null],
  ['registry.example.com/vendor/offload:1.4', 'registry.example.com', 'vendor/offload', '1.4', null],
  ['localhost/offload', 'localhost', 'offload', 'latest', null],
  ['localhost:5000/offload:1', 'localhost:5000', 'offload', '1', null],
  ['[::1]:5000/offload:1', '[::1]:5000', 'offload', '1', null],
  [`registry.example.com/a/b/c@${SHA}`, 'registry.example.com', 'a/b/c', null, SHA],
  [`registry.example.com/a:1@${SHA}`, 'registry.example.com', 'a', null, SHA],
])('%s is read as the kubelet reads it', (text, ...parts) => {
  const [registry, repository, tag, digest] = parts;
  expect(parseImageReference(text)).toEqual({ registry, repository, tag, digest });
});

test.each([
  '',
  'registry.example.com/Vendor/Offload',
  'registry.example.com/offload:',
  'registry.example.com/offload:1 2',
  'registry.example.com//offload',
  'https://registry.example.com/offload',
  'registry.example.com/offload@sha256:abc',
  `registry.example.com/${'a'.repeat(256)}`,
  '-registry.example.com/offload',
])('%j is no reference', (text) => {
  expect(parseImageReference(text)).toBeNull();
});

test('an image is pinned under its whole name', () => {
  const reference = parseImageReference('busybox:1.36');
  expect(reference && pinnedReference(reference, SHA)).toBe(`docker.io/library/busybox@${SHA}`);
});

test.each([
  ['registry.example.com/vendor/*', 'registry.example.com/vendor/offload:1', true],
  ['registry.example.com/vendor/*', 'registry.example.com/vendor/deep/offload', true],
  ['registry.example.com/vendor/*', 'registry.example.com/vendors/offload', false],
  ['registry.example.com/vendor/*', 'other.example.com/vendor/offload', false],
  ['registry.example.com/*', 'registry.example.com.evil.org/offload', false],
  ['registry.example.com/vendor/offload', `registry.example.com/vendor/offload@${SHA}`, true],
  ['registry.example.com/vendor/offload', 'registry.example.com/vendor/offload2', false],
  ['docker.io/library/*', 'busybox', true],
])('the pattern %s and the image %s: %s', (pattern, image, expected) => {
  const reference = parseImageReference(image);
  expect(reference && matchesPattern(reference, pattern)).toBe(expected);
});

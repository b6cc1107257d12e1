import type { ApplicationFailure } from '@temporalio/common';
import { ApiError, NoAnswerError, clusterFailure } from '../../../../activities/kubernetes/api/errors';

const CALL = { verb: 'create', plural: 'jobs', namespace: 'migrated', name: 'web-1' };

function failureOf(status: number, reason: string, message: string, call = CALL): ApplicationFailure {
  return clusterFailure(
    ApiError.fromBody(call, status, JSON.stringify({ reason, message })),
  ) as ApplicationFailure;
}

test.each([
  [
    403,
    'Forbidden',
    'User "drover" cannot create resource "jobs" in API group "batch"',
    'TargetRightsMissing',
  ],
  [
    403,
    'Forbidden',
    'exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
    'QuotaExceeded',
  ],
  [403, 'Forbidden', 'violates PodSecurity "restricted:latest"', 'TargetRefused'],
  [401, 'Unauthorized', 'Unauthorized', 'TargetRightsMissing'],
  [404, 'NotFound', 'namespaces "migrated" not found', 'TargetRefused'],
  [409, 'AlreadyExists', 'jobs "web-1" already exists', 'NameTaken'],
  [409, 'Conflict', 'the object has been modified', 'TargetUnreachable'],
  [422, 'Invalid', 'spec.template: Required value', 'TargetRefused'],
  [429, 'TooManyRequests', 'try later', 'TargetUnreachable'],
  [500, 'InternalError', 'etcd is away', 'TargetUnreachable'],
])('%i %s (%s) is %s', (status, reason, message, kind) => {
  const mapped = failureOf(status, reason, message);
  expect(mapped.type).toBe(kind);
  expect(mapped.message).toBe(`create jobs migrated/web-1: ${message}`);
  expect(mapped.nonRetryable).toBe(kind !== 'TargetUnreachable');
});

test('what the server says of a Secret is not repeated: it may quote the Secret', () => {
  const call = { ...CALL, plural: 'secrets' };
  const mapped = failureOf(422, 'Invalid', 'data[secretKey]: Invalid value: "hunter2"', call);
  expect(mapped.message).toBe('create secrets migrated/web-1: 422 Invalid');
});

test('a page of a proxy is not repeated, and long words are cut', () => {
  const page = clusterFailure(ApiError.fromBody(CALL, 502, '<html>token=abc</html>')) as ApplicationFailure;
  expect(page.message).toBe('create jobs migrated/web-1: 502 Unknown');
  expect(failureOf(422, 'Invalid', 'x'.repeat(5_000)).message.length).toBeLessThan(400);
});

test('silence is retried', () => {
  const mapped = clusterFailure(new NoAnswerError(CALL, 'ECONNREFUSED')) as ApplicationFailure;
  expect([mapped.type, mapped.nonRetryable]).toEqual(['TargetUnreachable', false]);
  expect(mapped.message).toContain('ECONNREFUSED');
});

test('what is no answer of the API passes as it is', () => {
  const bug = new TypeError('a bug');
  expect(clusterFailure(bug)).toBe(bug);
});

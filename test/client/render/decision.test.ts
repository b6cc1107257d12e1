import { describeWhy } from '../../../client/render/decision';

test('a decision says its reason, and what it changed from what to what', () => {
  expect(describeWhy({ why: 'slow line' })).toBe('slow line');
  const changes = [
    { key: 'copyDeadline', before: '60s', after: '172800s' },
    { key: 'disk.0.vars.POOL', before: '', after: 'gold' },
  ];
  expect(describeWhy({ why: 'slow line', changes })).toBe(
    'slow line (copyDeadline: 60s → 172800s, disk.0.vars.POOL: not set → gold)',
  );
});

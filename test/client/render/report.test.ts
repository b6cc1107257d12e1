import { renderReport } from '../../../client/render/report';
import { PARKED, summary } from './report/rows';

test('the table says what a VM waited for, and who decided what', () => {
  const [head, parked, other, decision] = renderReport([summary(PARKED), summary({ name: 'db01' })]).split(
    '\n',
  );
  expect(head).toMatch(/WAITED +RESULT$/);
  expect(parked).toMatch(/^web01 .* operator 40s +succeeded$/);
  expect(other).toMatch(/^db01 .* - +succeeded$/);
  expect(decision).toBe('web01: 2026-01-01 10:01:00Z retry by ann: array is back');
});

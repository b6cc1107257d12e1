import { renderWaveCsv } from '../../../client/render/wave';
import type { VmSummary } from '../../../workflows/temporal-api';

function summary(changes: Partial<VmSummary>): VmSummary {
  return {
    name: 'web01',
    target: 'migrated/web01',
    disks: 1,
    bytes: 1024,
    methods: ['import'],
    downtimeSeconds: 8,
    phaseSeconds: { copy: 3.5 },
    outcome: 'succeeded',
    failure: null,
    ...changes,
  };
}

function rowOf(changes: Partial<VmSummary>): string {
  return renderWaveCsv({ results: [summary(changes)] }).split('\r\n')[1] ?? '';
}

test('a row has one cell for each column, and nothing where nothing is known', () => {
  const [head = '', row = '', rest] = renderWaveCsv({ results: [summary({ downtimeSeconds: null })] }).split(
    '\r\n',
  );
  expect(row).toBe('web01,migrated/web01,,succeeded,1,1024,import,,3.5,,,');
  expect(row.split(',')).toHaveLength(head.split(',').length);
  expect(rest).toBe('');
});

test('what others wrote stays in its cell, and is no formula for a spreadsheet', () => {
  expect(rowOf({ name: 'a,"b"\r\nc' })).toMatch(/^"a,""b""/);
  expect(rowOf({ name: '=HYPERLINK(1)' })).toMatch(/^'=HYPERLINK/);
  for (const sign of ['+', '-', '@']) expect(rowOf({ name: `${sign}1` })).toMatch(/^'/);
});

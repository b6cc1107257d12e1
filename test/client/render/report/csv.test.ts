import { renderWaveCsv } from '../../../../client/render/report/csv';
import type { VmSummary } from '../../../../workflows/temporal-api';
import { PARKED, summary } from './rows';

function rowOf(changes: Partial<VmSummary>): string {
  return renderWaveCsv({ results: [summary(changes)] }).split('\r\n')[1] ?? '';
}

test('a row has one cell for each column, and nothing where nothing is known', () => {
  const [head = '', row = '', rest] = renderWaveCsv({ results: [summary({ downtimeSeconds: null })] }).split(
    '\r\n',
  );
  const newer = ','.repeat(head.split(',').length - 12);
  expect(row).toBe(`web01,migrated/web01,,succeeded,1,1024,import,,3.5,,,${newer}`);
  expect(row.split(',')).toHaveLength(head.split(',').length);
  expect(rest).toBe('');
});

test('a row says how long the VM waited and what for, how often it was tried, and who decided what', () => {
  const [head = '', row = ''] = renderWaveCsv({ results: [summary(PARKED)] }).split('\r\n');
  const cells = row.split(',');
  const cell = (column: string) => cells[head.split(',').indexOf(column)];
  expect(cell('waitedForOperatorSeconds')).toBe('40');
  expect(cell('attempts')).toBe('2');
  expect(cell('decisions')).toBe('retry by ann: array is back');
  expect(cell('startedAt')).toBe('2026-01-01T10:00:00.000Z');
});

test('what others wrote stays in its cell, and is no formula for a spreadsheet', () => {
  expect(rowOf({ name: 'a,"b"\r\nc' })).toMatch(/^"a,""b""/);
  expect(rowOf({ name: '=HYPERLINK(1)' })).toMatch(/^'=HYPERLINK/);
  for (const sign of ['+', '-', '@', '\t', '\uff1d', '\uff0b', '\uff0d', '\uff20'])
    expect(rowOf({ name: `${sign}1` })).toMatch(/^'/);
});

test.each(['a\nb', 'a\rb', '\r=1'])('half the end of a row (%j) does not end the row', (name) => {
  expect(rowOf({ name })).toMatch(/^"'?\r?[a=]/);
  expect(renderWaveCsv({ results: [summary({ name })] }).match(/\r\n/g)).toHaveLength(2);
});

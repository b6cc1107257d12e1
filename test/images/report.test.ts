import { NOTHING_FOUND, terminationMessage, type ConversionReport } from '../../images/conversion/report';

const LIMIT = 4096;
const failed: ConversionReport = { ...NOTHING_FOUND, stage: null, converted: false, disks: 'untouched' };

test('is told as it is where it fits', () => {
  const report: ConversionReport = {
    ...failed,
    error: 'no kernel',
    reason: 'unsupported',
    warnings: ['ä', 'b'],
  };
  expect(JSON.parse(terminationMessage(report))).toEqual(report);
});

test.each(['x', 'ä', '"', '\u0001', '😀', '\ud800'])(
  'stays within a termination message, made of %j',
  (character) => {
    const endless = character.repeat(10_000);
    const message = terminationMessage({
      ...failed,
      stage: endless,
      os: endless,
      osinfo: endless,
      error: endless,
      warnings: Array.from({ length: 50 }, () => endless),
    });
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(LIMIT);
    const read = JSON.parse(message) as ConversionReport;
    expect(read.error?.startsWith(character.repeat(100))).toBe(true);
    expect(read.error?.endsWith('…')).toBe(true);
    expect(read.warnings.length).toBeGreaterThan(0);
  },
);

test('says how many warnings it left out', () => {
  const warnings = Array.from({ length: 50 }, (_, index) => `${index} ${'x'.repeat(400)}`);
  const read = JSON.parse(terminationMessage({ ...failed, warnings })) as ConversionReport;
  const kept = read.warnings.length - 1;
  expect(read.warnings.slice(0, kept)).toEqual(warnings.slice(0, kept));
  expect(kept).toBeGreaterThan(5);
  expect(read.warnings.at(-1)).toBe(`and ${50 - kept} more`);
});

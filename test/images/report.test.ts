import {
  readInspection,
  readOutputLine,
  terminationMessage,
  type ConversionOutcome,
} from '../../images/conversion/report';

const outcome: ConversionOutcome = { stage: null, converted: true, os: null, bootDisk: null, warnings: [] };

describe('the conversion report', () => {
  it("reads virt-v2v's stages, warnings and errors, and nothing else", () => {
    expect(readOutputLine('[  12.7] Inspecting the source')).toEqual({
      kind: 'stage',
      stage: 'Inspecting the source',
    });
    expect(readOutputLine('virt-v2v-in-place: warning: no bootloader')).toEqual({
      kind: 'warning',
      text: 'no bootloader',
    });
    expect(readOutputLine('virt-v2v-in-place: error: inspection could not detect the source guest')).toEqual({
      kind: 'error',
      text: 'inspection could not detect the source guest',
    });
    expect(readOutputLine('supermin: building appliance')).toEqual({ kind: 'other' });
    expect(readOutputLine('[not a time] stage')).toEqual({ kind: 'other' });
  });

  it('stays within the limit of a termination message whatever virt-v2v printed', () => {
    const flooded = {
      ...outcome,
      warnings: Array.from({ length: 500 }, () => 'ä'.repeat(2000)),
      error: 'x'.repeat(100_000),
    };
    const message = terminationMessage(flooded);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096);
    const read = JSON.parse(message) as ConversionOutcome;
    expect(read.warnings.length).toBeGreaterThan(0);
    expect(read.error).toMatch(/^x{399}…$/);
  });

  it('takes the operating system from the inspection that virt-v2v writes', () => {
    expect(
      readInspection(
        '<v2v-inspection><operatingsystem><product_name>Debian 12</product_name></operatingsystem>',
      ),
    ).toEqual({ os: 'Debian 12' });
    expect(readInspection('<v2v-inspection/>')).toEqual({ os: null });
  });
});

/** The containers of a benchmark: binders, importers and converters that only last as long as they are told. */
import { NOTHING_FOUND, terminationMessage, type ConversionReport } from '../../images/conversion/report';
import type { HollowImages } from '../node/hollow';

export function hollowImages(times: { copySeconds: number; convertSeconds: number }): HollowImages {
  const report: ConversionReport = {
    ...NOTHING_FOUND,
    stage: null,
    converted: true,
    disks: 'converted',
  };
  return {
    pause: {},
    importer: { seconds: times.copySeconds },
    conversion: { seconds: times.convertSeconds, message: terminationMessage(report) },
  };
}

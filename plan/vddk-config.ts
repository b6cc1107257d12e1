/**
 * Options of VMware's VDDK for imports, as Forklift's Provider has them (pkg/controller/plan/kubevirt.go, vddkConfigMap): the
 * buffers of its asynchronous reads. Other options of VDDK say whether it verifies vCenter and where it writes, and those are
 * not for a plan to choose.
 */
import { z } from 'zod';

/** Forklift's own, where a Provider wants the optimization and says no more. */
export const AIO_BUFFERS = [
  'VixDiskLib.nfcAio.Session.BufSizeIn64KB=16',
  'VixDiskLib.nfcAio.Session.BufCount=4',
].join('\n');

const LONGEST_CONFIG = 1024;
const LINE =
  /^\s*(#[\t\x20-\x7e]*|VixDiskLib\.nfcAio\.Session\.(BufSizeIn64KB|BufCount)\s*=\s*[1-9]\d{0,3}\s*|)$/i;

/** A file of such options. */
export const vddkConfigSchema = z
  .string()
  .max(LONGEST_CONFIG)
  .refine(
    (text) => text.split('\n').every((line) => LINE.test(line)),
    'give lines with VixDiskLib.nfcAio.Session.BufSizeIn64KB and VixDiskLib.nfcAio.Session.BufCount, each with a number from 1 to 9999: Drover passes on no other option of VDDK',
  );

interface VddkSettings {
  useVddkAioOptimization: boolean;
  vddkConfig?: string | undefined;
}

/** What importers get; absent: VDDK's own defaults. */
export function vddkConfigOf({
  useVddkAioOptimization,
  vddkConfig = AIO_BUFFERS,
}: VddkSettings): string | undefined {
  return useVddkAioOptimization ? vddkConfig : undefined;
}

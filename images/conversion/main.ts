/**
 * Entrypoint of the conversion image: one libvirt XML in, one converted guest out.
 *
 * Exit code 0 after success, 1 after any failure; the termination message says which, and why.
 * After a failure the disks are in an unknown state (virt-v2v-in-place's manual): whoever runs this must
 * copy them again.
 */
import { writeFileSync } from 'node:fs';
import { convert } from './converter';
import { terminationMessage, type ConversionOutcome } from './report';

const DOMAIN_FILE = process.env['DROVER_DOMAIN_FILE'] ?? '/etc/drover/domain.xml';
const TERMINATION_FILE = process.env['DROVER_TERMINATION_FILE'] ?? '/dev/termination-log';
const PROGRAM = process.env['DROVER_CONVERTER'] ?? 'virt-v2v-in-place';
/** Shorter than the Job's grace period, so that our own word gets out before the kubelet's SIGKILL. */
const GRACE_MS = 5_000;

async function main(): Promise<ConversionOutcome> {
  const stopping = new AbortController();
  process.once('SIGTERM', () => stopping.abort());
  return convert({
    program: PROGRAM,
    domainFile: DOMAIN_FILE,
    inspectionFile: '/var/tmp/inspection.xml',
    onStage: (stage) => process.stdout.write(`${JSON.stringify({ stage })}\n`),
    onLine: (line) => process.stderr.write(`${line}\n`),
    signal: stopping.signal,
    graceMs: GRACE_MS,
  });
}

void main().then((outcome) => {
  writeFileSync(TERMINATION_FILE, terminationMessage(outcome));
  process.exitCode = outcome.converted ? 0 : 1;
});

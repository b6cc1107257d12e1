/**
 * Entrypoint of the conversion image: one libvirt XML and its disks in, one converted guest out.
 * With the argument `probe` it only reports what it could convert on this node.
 *
 * The termination message is a `ConversionReport` (or `ProbeReport`); exit code 0 is success and nothing else is.
 * SIGTERM before the first commit ends the attempt and leaves the disks untouched. After it, SIGTERM is ignored: the
 * shortest way to whole disks is to go on, and a SIGKILL does no harm then, because a commit can be repeated.
 */
import { convertGuest } from './conversion';
import { leaveLastWords } from './last-words';
import { probe } from './probe';
import { terminationMessage } from './report';
import { readSettings } from './settings';

const settings = readSettings(process.env);
const stopping = new AbortController();
// PID 1 gets no signal that it does not handle: the first thing to do.
process.on('SIGTERM', () => stopping.abort());
const onLine = (line: string) => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  if (process.argv[2] === 'probe') {
    const found = JSON.stringify(await probe(settings, stopping.signal, onLine));
    process.stdout.write(`${found}\n`);
    leaveLastWords(settings.terminationFile, found);
    return;
  }
  const report = await convertGuest(settings, stopping.signal, {
    onStage: (stage, accelerator) => void process.stdout.write(`${JSON.stringify({ stage, accelerator })}\n`),
    onLine,
  });
  leaveLastWords(settings.terminationFile, terminationMessage(report));
  process.exitCode = report.converted ? 0 : 1;
}

void main();

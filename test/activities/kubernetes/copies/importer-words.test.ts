import { importerSentence, isDeviceDenied } from '../../../../activities/kubernetes/copies/importer-words';
import { corpus } from '../../../fuzz/support/corpus';

const DENIED = 'exit status 1, blockdev: cannot open /dev/cdi-block-volume: Permission denied';

test.each([
  ['device-denied.txt', DENIED],
  ['one-line.txt', DENIED],
  ['wrapped-error.txt', 'connection refused'],
  ['end-of-a-stack.txt', 'Unable to connect to vddk data source'],
  [
    'panic.txt',
    'panic: runtime error: invalid memory address or nil pointer dereference; [signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x1f2f2c5]',
  ],
  ['sentence.txt', 'Unable to process data: no space left on device'],
])('of what an importer left in %s, the cause is shown', (file, cause) => {
  const said = corpus('importer-words').find(({ name }) => name === file)?.text ?? '';
  expect(importerSentence(said)).toBe(cause);
});

test('of a log without an error, its last line is shown', () => {
  const line = (text: string) => `I1128 20:39:56.299464       1 importer.go:108] ${text}`;
  expect(importerSentence(`${line('Starting importer')}\n${line('begin import process')}\n`)).toBe(
    'begin import process',
  );
});

test('of a log that is longer than any kubelet keeps, its end counts', () => {
  const error = `E1128 20:39:56.302991       1 importer.go:138] ${DENIED}\n`;
  expect(importerSentence('E1128 20:39:56.302991 1 a.go:1] noise\n'.repeat(50_000) + error)).toBe(DENIED);
});

test('only a device that the importer may not open is one that it was not given', () => {
  expect(isDeviceDenied(DENIED)).toBe(true);
  expect(isDeviceDenied('open /dev/cdi-block-volume: permission denied')).toBe(true);
  expect(isDeviceDenied("qemu-img: Could not open '/dev/cdi-block-volume': Permission denied")).toBe(true);
  expect(isDeviceDenied('Unable to process data: the login has no right: permission denied')).toBe(false);
  expect(isDeviceDenied('open /data/disk.img: permission denied')).toBe(false);
});

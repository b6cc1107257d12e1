/** The container's last words: what the kubelet reads when it has ended. */
import { writeFileSync } from 'node:fs';

/**
 * Leaves the words where the kubelet reads them. Without that file, as when someone runs the image by hand, they are
 * printed, and the exit code stays what the work deserves.
 */
export function leaveLastWords(file: string, words: string): void {
  try {
    writeFileSync(file, words);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    process.stderr.write(
      `the report can't be written to ${file} (${code}), which Kubernetes offers to each container; here it is:\n` +
        `${words}\n`,
    );
  }
}

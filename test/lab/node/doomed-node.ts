/**
 * A process that runs sandboxes as the node does, to be killed: `node -r test/support/typescript.js doomed-node.ts ROOT MARKER
 * COUNT`. Each of so many sandboxes sleeps for MARKER seconds in process 1 and in a child.
 */
import { startSandbox } from '../../../lab/node/sandbox';

function run(folder: string, marker: string, count: number): void {
  for (let number = 0; number < count; number += 1) {
    const script = `trap "" TERM; sleep ${marker} & exec sleep ${marker}`;
    const spec = {
      root: { folder, machineUsr: true },
      argv: ['/bin/sh', '-c', script],
      env: { PATH: '/usr/local/bin:/usr/bin' },
      workingDir: '/',
      hostname: 'sandbox',
      uid: 107,
      gid: 0,
      groups: [],
      mounts: [],
      readOnlyRoot: false,
    };
    startSandbox(spec, { stdout: () => undefined, stderr: (text) => process.stderr.write(text) });
  }
}

const [folder, marker, count] = process.argv.slice(2);
if (require.main === module) run(folder!, marker!, Number(count));

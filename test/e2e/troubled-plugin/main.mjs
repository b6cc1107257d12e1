/** The example's plugin, in the trouble that TROUBLE of the map's `vars` names. */
import { writeFileSync } from 'node:fs';

const { ATTEMPT, CAPACITY_BYTES, TROUBLE } = process.env;
const total = Number(CAPACITY_BYTES);

const TROUBLES = {
  none: copy,
  garbage() {
    progress(total / 2);
    progress(total / 4);
    progress(total * 2);
    process.stdout.write(
      `\u0000\u001b[2J{"bytesDone":\n[]\nnull\n${'x'.repeat(10_000_000)}\n{"bytesDone":"all"}`,
    );
    return copy();
  },
  failsTwice() {
    console.log(`attempt ${ATTEMPT} begins`);
    return Number(ATTEMPT) < 3 ? fail(`the array was busy ${ATTEMPT} times`, true) : copy();
  },
  refuses: () => fail('the array knows no such pool', false),
  hangs() {
    progress(0);
    progress(total / 2);
    process.on('SIGTERM', () => process.exit(3));
    setInterval(() => {}, 1_000);
  },
  lies() {
    writeFileSync('/dev/termination-log', JSON.stringify({ result: { bytes: 0 } }));
  },
};

await TROUBLES[TROUBLE]();

function copy() {
  return import('/plugin/plugin.mjs');
}

function progress(bytesDone) {
  console.log(JSON.stringify({ bytesDone: Math.floor(bytesDone), bytesTotal: total }));
}

function fail(message, retryable) {
  writeFileSync('/dev/termination-log', JSON.stringify({ error: { message, retryable } }));
  process.exitCode = 1;
}

/**
 * Prints the files whose tests failed, one a line: those that the gate runs a second time, alone. Prints none where they
 * are many: then it is no flaky test.
 *
 * node .ci/failed-files.mjs RESULTS-OF-JEST
 */
import { readFileSync } from 'node:fs';

const MOST = 5;

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const failed = testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
if (failed.length <= MOST) for (const name of failed) console.log(name);

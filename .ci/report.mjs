/**
 * Says what the gate has seen, and as its last line 'N passed, N failed'. Exits with 1 when anything failed or no test ran.
 *
 * node .ci/report.mjs COMMANDS, as JSON: [{ "name", "exit", "results"?, "second"? }], where the files are Jest's results, and
 * "second" those of the files that failed at first.
 */
import { existsSync, readFileSync } from 'node:fs';

const commands = JSON.parse(process.argv[2]).map(read);
for (const { flaky } of commands) for (const test of flaky) tell('flaky', test);
// What failed stands at the end once more: the log of an hour is long.
for (const { failed } of commands) for (const test of failed) tell('failed', test);
for (const { name, skipped, isBad } of commands)
  console.log(`${name}: ${skipped ? `skipped: ${skipped}` : isBad ? 'failed' : 'ok'}`);

// Each command counts as one more, so that a crash before or after its tests is never green.
const counted = commands.filter(({ skipped }) => !skipped);
const bad = counted.filter(({ isBad }) => isBad).length;
const failed = sum(({ failed }) => failed.length) + bad;
console.log(`${sum(({ passed }) => passed) + counted.length - bad} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function read({ name, exit, results, second }) {
  const first = results === undefined ? null : jest(results);
  const again = second === undefined ? [] : jest(second).testResults;
  const files = (first?.testResults ?? []).map((file) => again.find((one) => one.name === file.name) ?? file);
  const failed = files.flatMap(failuresOf);
  const passed = files.flatMap(({ assertionResults }) => assertionResults).filter(isPassed).length;
  const looked = new Set(again.map(({ name }) => name));
  return {
    name,
    // A machine where no engine can run is no failure; it is said, and counted neither way.
    skipped: first?.skipped,
    isBad: exit !== 0 || (first !== null && passed === 0),
    passed,
    failed,
    flaky: (first?.testResults ?? [])
      .filter(({ name }) => looked.has(name))
      .flatMap(failuresOf)
      .filter(({ id }) => failed.every((test) => test.id !== id)),
  };
}

function jest(file) {
  return existsSync(file) && readFileSync(file).length > 0
    ? { testResults: [], ...JSON.parse(readFileSync(file, 'utf8')) }
    : { testResults: [] };
}

/** A file that could not be run has one failure, and no test. */
function failuresOf({ name, status, message, assertionResults }) {
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (status === 'failed' && failed.length === 0) return [{ id: name, words: message }];
  return failed.map(({ fullName, failureMessages }) => ({
    id: `${name}: ${fullName}`,
    words: failureMessages.join('\n'),
  }));
}

function isPassed({ status }) {
  return status === 'passed';
}

function sum(of) {
  return commands.reduce((total, command) => total + of(command), 0);
}

function tell(what, { id, words }) {
  console.log(`${what}: ${id}\n${words.slice(0, 2000)}`);
}

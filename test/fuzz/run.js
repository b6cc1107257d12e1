// Tries the properties of test/fuzz for longer than `npm test` does.
//   npm run fuzz -- --seconds 600               each for ten minutes, from a seed that is printed
//   npm run fuzz -- --seconds 60 --seed 12345   again from that seed
// Other arguments are Jest's own: `-t challenge`, `--testPathPatterns fuzz/words`.
/* eslint-disable @typescript-eslint/no-require-imports -- run by Node as it is */
const { spawnSync } = require('node:child_process');
const { parseArgs } = require('node:util');

const { values, tokens } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
  strict: false,
  tokens: true,
});
const ours = new Set(
  tokens.flatMap(({ kind, name, index, inlineValue }) =>
    kind === 'option' && (name === 'seconds' || name === 'seed')
      ? [index, ...(inlineValue ? [] : [index + 1])]
      : [],
  ),
);
const others = process.argv.slice(2).filter((_, index) => !ours.has(index));
const environment = {
  DROVER_FUZZ_SECONDS: values.seconds,
  ...(values.seed ? { DROVER_FUZZ_SEED: values.seed } : {}),
};
const paths = others.some((argument) => argument.startsWith('--testPathPatterns'))
  ? []
  : ['--testPathPatterns', 'test/fuzz/'];
const { status } = spawnSync(
  process.execPath,
  [require.resolve('jest/bin/jest'), '--selectProjects=unit', ...paths, ...others],
  { stdio: 'inherit', env: { ...process.env, ...environment } },
);
process.exit(status ?? 1);

// Runs the tests that boot real guests, one after the other: each wants the whole machine.
//   npm run test:guest              what every change has to pass
//   npm run test:guest -- --full    everything, for an hour
// Other arguments are Jest's own.
/* eslint-disable @typescript-eslint/no-require-imports -- run by Node as it is */
const { spawnSync } = require('node:child_process');

const given = process.argv.slice(2);
const full = given.includes('--full');
const projects = full ? ['guest', 'guest-full'] : ['guest'];
const { status } = spawnSync(
  process.execPath,
  [
    require.resolve('jest/bin/jest'),
    ...projects.map((name) => `--selectProjects=${name}`),
    '--runInBand',
    ...given.filter((argument) => argument !== '--full'),
  ],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);

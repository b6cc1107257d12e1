// Tests run from the TypeScript sources: swc strips the types, `npm run check` proves them.
//
// Three projects: what needs nothing but itself; what needs the lab's parts (*.lab.test.ts), which is started once
// for all of them; and what happens from end to end (*.e2e.test.ts), each file in a lab of its own. Two more boot real
// guests and run one after the other (`npm run test:guest`): *.guest.test.ts, and *.guest-full.test.ts with `--full`.
// *.engine.test.ts need a container engine, which `npm run test:engine` brings.

/** @type {import('jest').Config} */
const shared = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Packages that ship only ES modules; Jest loads CommonJS, so they are transformed too.
  transformIgnorePatterns: ['/node_modules/(?!(@kubernetes/client-node|openid-client|oauth4webapi|jose)/)'],
  // What is loaded only where it is asked for is named as it is once compiled.
  moduleNameMapper: { '^(\\.\\./\\.\\./(?:lab|kit|doctor|workers/replay)/[\\w-]+)\\.js$': '$1' },
  // Compiled copies of the lab's images and the product are not tests' business.
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

/** @type {import('jest').Config} */
module.exports = {
  // The lab and the Temporal servers are processes of their own; more workers than this starve them.
  maxWorkers: 2,
  // Only ends what hangs: a busy machine takes many times as long as an idle one.
  testTimeout: 180_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['\\.(lab|e2e|guest|guest-full|engine)\\.test\\.ts$'],
    },
    { ...shared, displayName: 'e2e', testMatch: ['**/*.e2e.test.ts'] },
    { ...shared, displayName: 'guest', testMatch: ['**/*.guest.test.ts'] },
    { ...shared, displayName: 'guest-full', testMatch: ['**/*.guest-full.test.ts'] },
    { ...shared, displayName: 'engine', testMatch: ['**/*.engine.test.ts'] },
    {
      ...shared,
      displayName: 'lab',
      testMatch: ['**/*.lab.test.ts'],
      globalSetup: '<rootDir>/test/support/global-lab-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-lab-teardown.ts',
    },
  ],
};

// Lets Node run TypeScript as Jest does: node -r ./test/support/typescript.js FILE.ts
/* eslint-disable @typescript-eslint/no-require-imports -- run by Node as it is */
const { transformFileSync } = require('@swc/core');

require.extensions['.ts'] = (module, file) => {
  const { code } = transformFileSync(file, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  });
  module._compile(code, file);
};

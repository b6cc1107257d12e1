import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '*.config.js', '*.config.mjs'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: { project: './test/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-params': ['error', 4],
      // One import a module, its types among the values; one way to say that a member is private.
      'no-duplicate-imports': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'PrivateIdentifier', message: "Private members are declared with 'private'." },
      ],
    },
  },
  {
    // One name for one thing.
    files: ['test/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', { name: 'it', message: 'Tests are begun with test().' }] },
  },
);

/**
 * Lint rules. Beyond the recommended sets: no inline style attributes in templates (the page's policy forbids them), no clocks
 * and no chance below the worker, no tests left out. Who may import whom is checked by tests/architecture.test.ts.
 */
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const noInlineStyle = {
  selector: 'SvelteAttribute[key.name="style"]',
  message: 'the policy of the page forbids style="...": write style:property={value}',
};
const noFocus = {
  selector: 'CallExpression > MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo)$/]',
  message: 'a test that is left out is a test that fails',
};

export default ts.config(
  { ignores: ['dist/', 'build/', 'node_modules/', 'coverage/', 'assembly/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      'no-restricted-syntax': ['error', noInlineStyle],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { prefer: 'type-imports' }],
      'no-undef': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
  },
  { files: ['tests/**'], rules: { 'no-restricted-syntax': ['error', noFocus] } },
);

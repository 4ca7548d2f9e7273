/**
 * `npm test`: installs what is missing and runs every check, each step one check and each test one check. The last line is
 * `N passed, M failed`, alone on its line; a step that fails does not keep the others from running.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ADVICE, ensureBrowser } from './browser.mjs';
import { buildBundles, buildKernel } from './build.mjs';
import { countTests } from './counts.mjs';
import { ensureInstalled } from './install.mjs';
import { ROOT, tool } from './process.mjs';
import { checkComponents, checkTypes } from './types.mjs';

const LONGEST_REASON = 3000;
let passed = 0;
let failed = 0;

/**
 * Count one check and say how it went.
 * @param {string} name
 * @param {boolean} good
 * @param {string} reason
 */
function check(name, good, reason) {
  if (good) passed++;
  else failed++;
  console.log(good ? `ok    ${name}` : `FAIL  ${name}\n${reason.trim().slice(-LONGEST_REASON)}`);
}

/**
 * Count a step that is a program: good when it exits with 0.
 * @param {string} name
 * @param {Promise<{ code: number, output: string }>} step
 */
async function step(name, step) {
  const { code, output } = await step;
  check(name, code === 0, output);
}

/**
 * @param {string} what
 * @param {Promise<{ errors: string[], awake: boolean }>} result
 */
async function types(what, result) {
  const { errors, awake } = await result;
  check(what, errors.length === 0, errors.slice(0, 30).join('\n'));
  check(`${what}: the planted error is found`, awake, 'the checker said nothing about an error planted for it');
}

async function staticChecks() {
  await types('types', checkTypes());
  await types('component types', checkComponents());
  await step('lint', tool('eslint', ['.', '--max-warnings', '0'], { quiet: true }));
  await step('format', tool('prettier', ['--check', '--log-level', 'warn', '.'], { quiet: true }));
}

/**
 * Run one vitest project and count its tests.
 * @param {string} project
 * @param {NodeJS.ProcessEnv} [env]
 */
async function tests(project, env) {
  const file = join(ROOT, `build/tests-${project}.json`);
  rmSync(file, { force: true });
  const reporters = ['--reporter=json', `--outputFile=${file}`];
  const { code, output } = await tool('vitest', ['run', '--project', project, ...reporters], { quiet: true, env });
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    console.log(output.slice(-LONGEST_REASON));
  }
  const counts = countTests(report, code);
  passed += counts.passed;
  console.log(`${counts.failures.length === 0 ? 'ok  ' : 'FAIL'}  ${project} tests: ${counts.passed} passed`);
  for (const { name, reason } of counts.failures) check(`${project}: ${name}`, false, reason);
}

async function everything() {
  await step('kernel', buildKernel({ quiet: true }));
  await step('site and command line', buildBundles({ quiet: true }));
  await staticChecks();
  await tests('unit');
  const browser = await ensureBrowser();
  check('a browser for the browser tests', browser !== undefined, ADVICE);
  await tests('e2e', browser ? { CHROME_PATH: browser } : {});
}

if (await ensureInstalled()) {
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  await (process.argv[2] === 'checks' ? staticChecks() : everything());
} else {
  check('install', false, 'packages could not be installed');
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

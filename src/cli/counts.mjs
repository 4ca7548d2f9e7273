/**
 * Turns what vitest reports into a number of passed and failed checks. A test that did not run counts as failed, and so does a
 * file that could not be loaded: nothing is skipped.
 */

/**
 * @typedef {{ status: string, fullName: string, failureMessages?: string[] }} Assertion
 * @typedef {{ name: string, status: string, message?: string, assertionResults: Assertion[] }} TestFile
 * @typedef {{ success?: boolean, testResults: TestFile[] }} VitestReport
 * @typedef {{ passed: number, failures: { name: string, reason: string }[] }} Counts
 */

/**
 * @param {TestFile} file
 * @returns {Counts}
 */
function countFile(file) {
  const passed = file.assertionResults.filter(({ status }) => status === 'passed').length;
  const failures = file.assertionResults
    .filter(({ status }) => status !== 'passed')
    .map(({ fullName, status, failureMessages = [] }) => ({
      name: fullName,
      reason: failureMessages.join('\n') || `not run (${status})`,
    }));
  if (failures.length === 0 && (file.status === 'failed' || passed === 0)) {
    failures.push({ name: file.name, reason: file.message || 'holds no test' });
  }
  return { passed, failures };
}

/**
 * @param {VitestReport | undefined} report vitest's json report, or undefined if there is none
 * @param {number} exitCode of vitest
 * @returns {Counts}
 */
export function countTests(report, exitCode) {
  if (!report) return { passed: 0, failures: [{ name: 'vitest', reason: 'ended without a report' }] };
  const files = report.testResults.map(countFile);
  const failures = files.flatMap((file) => file.failures);
  const passed = files.reduce((sum, file) => sum + file.passed, 0);
  if (failures.length === 0 && exitCode !== 0) {
    failures.push({ name: 'vitest', reason: `exit code ${exitCode} without a failed test: an error outside of tests` });
  }
  if (files.length === 0) failures.push({ name: 'vitest', reason: 'found no tests' });
  return { passed, failures };
}

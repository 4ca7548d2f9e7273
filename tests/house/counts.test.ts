/** The last line of `npm test` is only as good as its counting: nothing that did not pass may vanish. */
import { describe, expect, it } from 'vitest';
import { countTests } from '../../src/cli/counts.mjs';

const file = (status: string, ...statuses: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: statuses.map((one, index) => ({ status: one, fullName: `test ${index}` })),
});
const count = (exitCode: number, ...testResults: ReturnType<typeof file>[]) => {
  const { passed, failures } = countTests({ testResults }, exitCode);
  return [passed, failures.length];
};

describe('counting tests', () => {
  it('adds up passed ones over files', () => {
    expect(count(0, file('passed', 'passed', 'passed'), file('passed', 'passed'))).toEqual([3, 0]);
  });

  it('counts a test that did not run as failed', () => {
    expect(count(0, file('passed', 'passed', 'pending', 'skipped', 'todo'))).toEqual([1, 3]);
  });

  it('counts a file that could not be loaded, or that is empty, as one failure', () => {
    expect(count(1, file('failed'))).toEqual([0, 1]);
    expect(count(0, file('passed', 'passed'), file('passed'))).toEqual([1, 1]);
  });

  it('believes the exit code when no test failed', () => {
    expect(count(1, file('passed', 'passed'))).toEqual([1, 1]);
    expect(count(1, file('failed', 'passed', 'failed'))).toEqual([1, 1]);
  });

  it('takes silence for failure', () => {
    expect(countTests(undefined, 0).failures).toHaveLength(1);
    expect(count(0)).toEqual([0, 1]);
  });
});

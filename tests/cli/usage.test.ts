/** Wrong usage: exit 2, the nearest name, nothing on stdout. */
import { describe, expect, it } from 'vitest';
import { vnpu, type Outcome } from '../support/cli.ts';

const refused = ({ code, stdout, stderr }: Outcome, says: RegExp): void => {
  expect(stderr).toMatch(says);
  expect([code, stdout]).toEqual([2, '']);
};

describe('wrong usage', () => {
  it.each([
    [['rum', 'twins'], /unknown command "rum"; did you mean "run"/],
    [['run', 'twins', '--jason'], /unknown option of vnpu run "--jason"; did you mean "--json"/],
    [['run', 'twins', '--cycle', '5'], /did you mean "--cycles"/],
    [['run', 'twins', '-x'], /unknown option/],
    [['run'], /missing <doc>/],
    [['run', 'twins', 'alone'], /unexpected "alone"/],
    [['run', 'twins', '--cycles'], /--cycles <n> needs a value|value is missing/],
    [['run', 'twins', '--cycles', '0'], /must be a whole number from 1/],
    [['run', 'twins', '--cycles', '1.5'], /must be a whole number/],
    [['run', 'twins', '--cycles', 'many'], /"many"; it must be a whole number/],
    [['run', 'twins', '--cycles', '1', '--cycles', '2'], /given twice/],
    [['run', 'twins', '--json', '--csv'], /exclude each other/],
    [['compare', 'twins', '--json', '--csv'], /exclude each other/],
    [['compare', 'twins', '--tenant'], /--tenant <name> needs a value|value is missing/],
    [['share', 'twins', '--cycles', '5'], /--cycles needs --run/],
    [['model', 'resnet81'], /unknown model "resnet81"; did you mean "resnet18"/],
    [['probe', 'nocs', 'x.json'], /unknown probe "nocs"; did you mean "noc"/],
    [['sweep', 'twins', '--vary', 'seed=1,2'], /"vnpu sweep" is not available yet/],
    [['figure', 'tlb'], /not available yet/],
    [['serve', '--port', '70000'], /--port is 70000/],
    [[], /a command is missing/],
  ])('%j', async (args, says) => {
    refused(await vnpu(args), says);
  });

  it('is not asking for help or the version', async () => {
    const help = await vnpu(['--help']);
    expect([help.code, help.stderr]).toEqual([0, '']);
    for (const command of ['run', 'compare', 'share', 'open', 'plan', 'list', 'model', 'serve', 'probe']) {
      expect(help.stdout).toContain(`${command} `);
    }
    expect((await vnpu(['run', '--help'])).stdout).toContain('--trace <file>');
    expect((await vnpu(['--version'])).stdout).toMatch(/\d+\.\d+\.\d+/);
  });
});

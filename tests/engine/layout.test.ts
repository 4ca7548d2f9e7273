/** Two compilers read layout.ts and codes.ts: every constant has the same value in the kernel. And the kernel imports nothing. */
import { expect, it } from 'vitest';
import * as codes from '../../assembly/codes.ts';
import * as layout from '../../assembly/layout.ts';
import { CAUSES, PLANES } from '../../src/model/causes.ts';
import { ENGINES } from '../../src/model/program.ts';
import { kernel } from '../support/kernel.ts';

const exports = new WebAssembly.Instance(kernel).exports;
const kernelValue = (name: string): unknown => (exports[name] as WebAssembly.Global | undefined)?.value;

it('layout and codes mean the same to both compilers', () => {
  const constants = Object.entries({ ...layout, ...codes });
  expect(constants.length).toBeGreaterThan(200);
  expect(constants.map(([name]) => [name, kernelValue(name)])).toEqual(constants);
});

it('names of engines, causes and planes stand in the order of their codes', () => {
  const upper = (name: string): string => name.replace(/[A-Z]/g, '_$&').toUpperCase();
  const values = codes as unknown as Record<string, number>;
  expect(ENGINES.map((name) => values[`ENGINE_${upper(name)}`])).toEqual(ENGINES.map((_, i) => i));
  expect(CAUSES.map((name) => values[`CAUSE_${upper(name)}`])).toEqual(CAUSES.map((_, i) => i));
  expect(PLANES.map((name) => values[`PLANE_${upper(name)}`])).toEqual(PLANES.map((_, i) => i));
  expect([layout.ENGINE_COUNT, layout.CAUSE_COUNT, layout.PLANE_COUNT]).toEqual([
    ENGINES.length,
    CAUSES.length,
    PLANES.length,
  ]);
});

it('the work on a block of routers ends before the image begins', () =>
  expect(layout.WORK_END).toBeLessThanOrEqual(layout.IMAGE_BASE));

it('the kernel has no imports', () => expect(WebAssembly.Module.imports(kernel)).toEqual([]));

/**
 * A roofline on logarithmic axes: multiply-accumulates per byte against multiply-accumulates per cycle of one core. The roof is what
 * memory can bring, up to what the array can do. A dot lies under it by what filling and draining the array and vector work cost.
 */
import type { ModelView } from '../../report/model-view.ts';

export interface Dot {
  readonly operator: number;
  readonly x: number;
  readonly y: number;
  /** Memory takes longer for it than the core. */
  readonly isMemoryBound: boolean;
}

export interface Roofline {
  readonly dots: readonly Dot[];
  /** The roof, left to right. */
  readonly roof: readonly (readonly [x: number, y: number])[];
  /** Powers of ten on both axes, with their place. */
  readonly xTicks: readonly (readonly [value: number, x: number])[];
  readonly yTicks: readonly (readonly [value: number, y: number])[];
  /** Of all multiply-accumulates, those of operators that are bound by memory. */
  readonly memoryBoundShare: number;
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A scale from values to places, logarithmic. */
function scale(least: number, most: number, from: number, to: number): (value: number) => number {
  const [low, high] = [Math.log10(least), Math.log10(most)];
  return (value) => from + ((Math.log10(Math.min(most, Math.max(least, value))) - low) / (high - low)) * (to - from);
}

function powersOfTen(least: number, most: number): number[] {
  const powers: number[] = [];
  for (let power = Math.ceil(Math.log10(least)); 10 ** power <= most; power++) powers.push(10 ** power);
  return powers;
}

export function rooflineOf({ operators, peak, bytesPerCycle, macs }: ModelView, box: Box): Roofline {
  const shown = operators.flatMap(({ macs: own, cycles, intensity }, operator) => {
    if (own === 0) return [];
    const memory = own / (intensity * bytesPerCycle);
    return [{ operator, own, intensity, rate: own / Math.max(cycles, memory), isMemoryBound: memory > cycles }];
  });
  const intensities = [peak / bytesPerCycle, ...shown.map(({ intensity }) => intensity)];
  const [least, most] = [Math.min(...intensities) / 2, Math.max(...intensities) * 2];
  const lowest = Math.min(peak / 100, ...shown.map(({ rate }) => rate)) / 2;
  const x = scale(least, most, box.left, box.right);
  const y = scale(lowest, peak * 2, box.bottom, box.top);
  const start = Math.max(least, lowest / bytesPerCycle);
  return {
    dots: shown.map(({ operator, intensity, rate, isMemoryBound }) => ({
      ...{ operator, isMemoryBound },
      x: x(intensity),
      y: y(rate),
    })),
    roof: [
      [x(start), y(start * bytesPerCycle)],
      [x(peak / bytesPerCycle), y(peak)],
      [x(most), y(peak)],
    ],
    xTicks: powersOfTen(least, most).map((value) => [value, x(value)]),
    yTicks: powersOfTen(lowest, peak).map((value) => [value, y(value)]),
    memoryBoundShare: shown.reduce((sum, { own, isMemoryBound }) => sum + (isMemoryBound ? own : 0), 0) / macs,
  };
}

/** Physical memory after each change, as a row of parts in the order of their addresses, each held by a tenant or free. */
import type { Report } from '../report/report.ts';

export type MemoryChange = NonNullable<Report['memory']>[number];

export interface MemoryPart {
  /** Null: free. */
  readonly tenant: string | null;
  readonly bytes: number;
  /** What this change is about. */
  readonly changed: boolean;
}

/** Rows up to the highest address that anybody ever has; what lies behind it is free all the time. */
export function memoryMap(changes: readonly MemoryChange[]): MemoryPart[][] {
  const top = Math.max(0, ...changes.flatMap(({ pieces }) => pieces.map(({ address, bytes }) => address + bytes)));
  let held: { tenant: string; address: number; bytes: number }[] = [];
  return changes.map(({ tenant, change, pieces }) => {
    if (change === 'taken') held = [...held, ...pieces.map((piece) => ({ tenant, ...piece }))];
    else held = held.filter((one) => !pieces.some(({ address }) => address === one.address));
    const isChanged = (address: number): boolean => pieces.some((piece) => piece.address === address);
    const given = change === 'taken' ? [] : pieces.map((piece) => ({ tenant: null, ...piece }));
    const parts: MemoryPart[] = [];
    let end = 0;
    for (const part of [...held, ...given].sort((a, b) => a.address - b.address)) {
      if (part.address > end) parts.push({ tenant: null, bytes: part.address - end, changed: false });
      parts.push({ tenant: part.tenant, bytes: part.bytes, changed: isChanged(part.address) });
      end = part.address + part.bytes;
    }
    return end < top ? [...parts, { tenant: null, bytes: top - end, changed: false }] : parts;
  });
}

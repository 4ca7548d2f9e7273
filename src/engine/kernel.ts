/**
 * One instance of the compiled machine with an image in its memory. The memory is sized before the image is opened and never
 * grows while running, so views stay valid for the life of the instance.
 */
import { H_CYCLE, H_OUTCOME, IMAGE_BASE } from '../../assembly/layout.ts';
import { LOAD_OK, OUTCOME_DEADLOCK, OUTCOME_DONE } from '../../assembly/codes.ts';
import type { Outcome } from './snapshot.ts';

const PAGE = 65_536;
const TWO_32 = 2 ** 32;

export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  open(): number;
  run(cycles: number): number;
  runToMiss(core: number, cycles: number): number;
  digest(): bigint;
  access(address: bigint): number;
  systolic(rows: number, columns: number, dataflow: number, m: number, n: number, k: number): bigint;
}

export function instantiate(module: WebAssembly.Module): KernelExports {
  return new WebAssembly.Instance(module).exports as unknown as KernelExports;
}

export class Kernel {
  readonly exports: KernelExports;
  private readonly words: Uint32Array;
  private readonly bytes: Uint8Array;

  /** Throws RangeError when the browser cannot give that much memory. */
  constructor(module: WebAssembly.Module, image: Uint8Array) {
    this.exports = instantiate(module);
    const { memory } = this.exports;
    const missing = Math.ceil((IMAGE_BASE + image.length) / PAGE) - memory.buffer.byteLength / PAGE;
    if (missing > 0) memory.grow(missing);
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.bytes.set(image, IMAGE_BASE);
    const opened = this.exports.open();
    if (opened !== LOAD_OK) throw new Error(`the kernel refused the image (${opened})`);
  }

  u8(address: number): number {
    return this.bytes[address];
  }
  u16(address: number): number {
    return this.bytes[address] | (this.bytes[address + 1] << 8);
  }
  u32(address: number): number {
    return this.words[address >>> 2];
  }
  /** Exact below 2^53; all ones read as Infinity. */
  u64(address: number): number {
    const low = this.words[address >>> 2];
    const high = this.words[(address >>> 2) + 1];
    return low === 0xffffffff && high === 0xffffffff ? Infinity : low + high * TWO_32;
  }
  u64s(address: number, length: number): Float64Array {
    return Float64Array.from({ length }, (_, i) => this.u64(address + i * 8));
  }
  u8s(address: number, length: number): Uint8Array {
    return this.bytes.subarray(address, address + length);
  }
  u32s(address: number, length: number): Uint32Array {
    return this.words.slice(address >>> 2, (address >>> 2) + length);
  }

  get cycle(): number {
    return this.u64(H_CYCLE);
  }
  get outcome(): Outcome {
    const code = this.u32(H_OUTCOME);
    return code === OUTCOME_DONE ? 'done' : code === OUTCOME_DEADLOCK ? 'deadlock' : 'running';
  }
  /** 16 hexadecimal digits. */
  digest(): string {
    return BigInt.asUintN(64, this.exports.digest()).toString(16).padStart(16, '0');
  }
}

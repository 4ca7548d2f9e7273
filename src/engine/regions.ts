/**
 * The image while it is being built: regions are chained one behind the other from IMAGE_BASE, eight-byte aligned and zero, and
 * fields are written at the addresses the machine will use. No address is written down twice.
 */
import { H_BYTES, IMAGE_BASE } from '../../assembly/layout.ts';

/** All ones: "never" as a cycle, "not yet" as a start. */
export const NEVER = Number.MAX_SAFE_INTEGER;

export class Regions {
  private bytes = new Uint8Array(1 << 18);
  private view = new DataView(this.bytes.buffer);
  private top = IMAGE_BASE;

  /** Append a zeroed region and return its address. */
  take(length: number): number {
    const address = this.top;
    this.top = (address + length + 7) & ~7;
    if (this.top > 0x7fffffff) throw new RangeError('the experiment needs more than 2 GiB of memory');
    const size = this.top - IMAGE_BASE;
    if (size > this.bytes.length) {
      const grown = new Uint8Array(Math.max(size, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return address;
  }

  u8(address: number, value: number): void {
    this.view.setUint8(address - IMAGE_BASE, value);
  }
  u16(address: number, value: number): void {
    this.view.setUint16(address - IMAGE_BASE, value, true);
  }
  u32(address: number, value: number): void {
    this.view.setUint32(address - IMAGE_BASE, value, true);
  }
  /** An exact number below 2^53, or NEVER for all ones. */
  u64(address: number, value: number): void {
    const bits = value === NEVER ? 0xffffffffffffffffn : BigInt(value);
    this.view.setBigUint64(address - IMAGE_BASE, bits, true);
  }
  f64(address: number, value: number): void {
    this.view.setFloat64(address - IMAGE_BASE, value, true);
  }

  read32(address: number): number {
    return this.view.getUint32(address - IMAGE_BASE, true);
  }

  /** A region of u32 values. */
  list(values: readonly number[]): number {
    const address = this.take(values.length * 4);
    values.forEach((value, i) => this.u32(address + i * 4, value));
    return address;
  }

  /** Seal: the finished image, its length in the header. */
  finish(): Uint8Array {
    this.u32(H_BYTES, this.top - IMAGE_BASE);
    return this.bytes.subarray(0, this.top - IMAGE_BASE);
  }
}

/**
 * Protocol buffers read from a source that is larger than what one wants to hold: a window moves over the bytes, fields that nobody
 * asked for and long ones are stepped over without being read. The first thing that cannot be right stops the reader and is kept with
 * the offset of its byte. Source: protobuf.dev, "Encoding". Groups (wire types 3 and 4) do not occur in ONNX and are refused.
 */

/** Bytes that are read piece by piece: a file on disk or one dropped onto the page. */
export interface ByteSource {
  readonly size: number;
  /** The bytes from..to, both within the source. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** What a field holds; a schema is a message within. `bytes` and packed numbers are kept while they are short. */
export type Kind = 'int' | 'float' | 'double' | 'text' | 'bytes' | Schema;

export interface Schema {
  readonly name: string;
  readonly fields: Readonly<Record<number, Kind>>;
}

export type Value = number | string | Uint8Array | Message;

/** Values of a message by field number, in their order. */
export class Message {
  private readonly values = new Map<number, Value[]>();

  add(field: number, value: Value): void {
    const list = this.values.get(field);
    if (list === undefined) this.values.set(field, [value]);
    else list.push(value);
  }

  numbers = (field: number): number[] => (this.values.get(field) ?? []) as number[];
  texts = (field: number): string[] => (this.values.get(field) ?? []) as string[];
  messages = (field: number): Message[] => (this.values.get(field) ?? []) as Message[];
  bytes = (field: number): Uint8Array | undefined => this.values.get(field)?.[0] as Uint8Array | undefined;
  has = (field: number): boolean => this.values.has(field);
}

export interface Damage {
  readonly offset: number;
  readonly message: string;
}

// Control characters could steer a terminal that prints a name, and have no place in a link.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const WINDOW_BYTES = 256 * 1024;
/** Longer texts, byte strings and packed lists are stepped over. */
const LONGEST_KEPT = 16 * 1024;
const LONGEST_VARINT = 10;
/** More fields than any network has: a file made to keep the reader busy ends here. */
const MOST_FIELDS = 5_000_000;

export class WireReader {
  damage: Damage | undefined;
  private readonly source: ByteSource;
  private window: Uint8Array = new Uint8Array(0);
  private windowStart = 0;
  private at = 0;
  private fields = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** The whole source as one message; what was read before any damage. */
  message(schema: Schema): Promise<Message> {
    return this.messageUpTo(schema, this.source.size);
  }

  private async messageUpTo(schema: Schema, end: number): Promise<Message> {
    const message = new Message();
    while (this.at < end && this.damage === undefined) await this.field(message, schema, end);
    return message;
  }

  private async field(message: Message, schema: Schema, end: number): Promise<void> {
    const start = this.at;
    if (++this.fields > MOST_FIELDS) return this.fail(start, `there are more than ${MOST_FIELDS} fields`);
    await this.need(2 * LONGEST_VARINT);
    const tag = this.varint(end);
    const [number, type] = [Math.floor(tag / 8), tag % 8];
    if (number < 1 && this.damage === undefined) return this.fail(start, `a field of ${schema.name} has number 0`);
    const kind: Kind | undefined = schema.fields[number];
    if (type === 0) {
      const value = this.varint(end);
      if (kind === 'int') message.add(number, value);
    } else if (type === 2) await this.delimited(message, schema, number, end);
    else if (type === 1 || type === 5) await this.fixed(message, schema, number, type === 1 ? 8 : 4, end);
    else this.fail(start, `field ${number} of ${schema.name} has wire type ${type}, which no ONNX file uses`);
  }

  private async fixed(message: Message, schema: Schema, field: number, bytes: number, end: number): Promise<void> {
    const start = this.at;
    if (start + bytes > end) return this.fail(start, `${schema.name} ends within a number of ${bytes} bytes`);
    const view = await this.view(bytes);
    this.at += bytes;
    const kind = schema.fields[field];
    if (view === undefined || (kind !== 'float' && kind !== 'double')) return;
    message.add(field, bytes === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true));
  }

  private async delimited(message: Message, schema: Schema, field: number, end: number): Promise<void> {
    const start = this.at;
    const length = this.varint(end);
    if (this.damage !== undefined) return;
    const last = this.at + length;
    if (last > end) {
      const room = `${schema.name} has ${end - this.at} left`;
      return this.fail(start, `field ${field} of ${schema.name} claims ${length} bytes, but ${room}`);
    }
    const kind: Kind | undefined = schema.fields[field];
    if (typeof kind === 'object') message.add(field, await this.messageUpTo(kind, last));
    else if (kind !== undefined && length <= LONGEST_KEPT) await this.leaf(message, field, kind, length);
    if (this.damage === undefined) this.at = last;
  }

  private async leaf(message: Message, field: number, kind: Exclude<Kind, Schema>, length: number): Promise<void> {
    const view = await this.view(length);
    if (view === undefined) return;
    const bytes = new Uint8Array(view.buffer, view.byteOffset, length);
    if (kind === 'text') return message.add(field, new TextDecoder().decode(bytes).replace(UNPRINTABLE, '?'));
    if (kind === 'bytes') return message.add(field, bytes.slice());
    const last = this.at + length;
    while (this.at < last && this.damage === undefined) {
      if (kind === 'int') message.add(field, this.varint(last));
      else await this.packed(message, field, kind, last);
    }
  }

  private async packed(message: Message, field: number, kind: 'float' | 'double', end: number): Promise<void> {
    const bytes = kind === 'float' ? 4 : 8;
    if (this.at + bytes > end) return this.fail(this.at, 'a packed list ends within a number');
    const view = await this.view(bytes);
    if (view !== undefined) message.add(field, bytes === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true));
    this.at += bytes;
  }

  /** A variable-length integer, signed 64 bits; those beyond 2^53 lose their last digits. Its bytes are in the window. */
  private varint(end: number): number {
    const start = this.at;
    let low = 0;
    let high = 0;
    for (let i = 0; i < LONGEST_VARINT; i++) {
      const byte = this.at < end ? this.window[this.at - this.windowStart] : undefined;
      if (byte === undefined) {
        this.fail(start, 'it ends within a number');
        return 0;
      }
      this.at++;
      if (i < 4) low += (byte & 127) * 2 ** (7 * i);
      else high += (byte & 127) * 2 ** (7 * (i - 4));
      if (byte < 128) return signed(low, high);
    }
    this.fail(start, `a number has more than ${LONGEST_VARINT} bytes`);
    return 0;
  }

  private async view(bytes: number): Promise<DataView | undefined> {
    await this.need(bytes);
    const from = this.at - this.windowStart;
    if (from + bytes > this.window.length) {
      this.fail(this.at, `the file ends, ${bytes} bytes were to follow`);
      return undefined;
    }
    return new DataView(this.window.buffer, this.window.byteOffset + from, bytes);
  }

  /** Move the window so that the next bytes are in it, as far as the source has them. */
  private async need(bytes: number): Promise<void> {
    const end = Math.min(this.at + bytes, this.source.size);
    if (this.at >= this.windowStart && end <= this.windowStart + this.window.length) return;
    this.windowStart = this.at;
    this.window = await this.source.read(this.at, Math.min(this.source.size, this.at + Math.max(bytes, WINDOW_BYTES)));
  }

  private fail(offset: number, message: string): void {
    this.damage ??= { offset, message };
  }
}

const TWO_28 = 2 ** 28;
const TWO_36 = 2 ** 36;

/** low + high x 2^28 as a signed 64-bit number; `high` has 36 bits. */
function signed(low: number, high: number): number {
  const upper = high % TWO_36;
  return low + (upper >= TWO_36 / 2 ? upper - TWO_36 : upper) * TWO_28;
}

/** A value of a table. A table that is given twice is written once, and both refer to it. */
export type Field =
  | readonly ['u8' | 'i8' | 'u32' | 'i32' | 'u64', number]
  | readonly ['text', string]
  | readonly ['i32*', readonly number[]]
  | readonly ['u8*', Uint8Array]
  | readonly ['table', Table]
  | readonly ['tables', readonly Table[]];

/** A table by the numbers of its fields. */
export type Table = Readonly<Record<number, Field>>;

const sizes: Readonly<Record<string, number>> = { u8: 1, i8: 1, u32: 4, i32: 4, u64: 8 };

/** A FlatBuffer, made from the front: each table, then what it refers to. */
export function flatbuffer(root: Table, identifier: string): Uint8Array {
  const writer = new Writer();
  writer.take(8, 1);
  const bytes = writer.bytes;
  bytes.write(identifier, 4, 'latin1');
  writer.refer(0, writer.table(root));
  return writer.bytes.subarray(0, writer.length);
}

class Writer {
  bytes = Buffer.alloc(4 * 1024 * 1024);
  length = 0;
  readonly #known = new Map<unknown, number>();

  /** A place for bytes, at a multiple of so many. */
  take(count: number, alignment: number): number {
    const at = Math.ceil(this.length / alignment) * alignment;
    this.length = at + count;
    return at;
  }

  refer(place: number, target: number): void {
    this.bytes.writeUInt32LE(target - place, place);
  }

  table(table: Table): number {
    const known = this.#known.get(table);
    if (known !== undefined) return known;
    const fields = Object.entries(table).map(([number, field]) => ({ number: Number(number), field }));
    const count = Math.max(-1, ...fields.map(({ number }) => number)) + 1;
    const vtable = this.take(4 + 2 * count, 2);
    const at = this.take(4, 8);
    this.#known.set(table, at);
    const placed = fields.map(({ number, field }) => {
      const size = sizes[field[0]] ?? 4;
      const place = this.take(size, size);
      this.bytes.writeUInt16LE(place - at, vtable + 4 + 2 * number);
      return { field, place };
    });
    this.bytes.writeInt32LE(at - vtable, at);
    this.bytes.writeUInt16LE(4 + 2 * count, vtable);
    this.bytes.writeUInt16LE(this.length - at, vtable + 2);
    for (const { field, place } of placed) this.#value(field, place);
    return at;
  }

  #value(field: Field, place: number): void {
    const [kind, value] = field;
    if (kind === 'u8') this.bytes.writeUInt8(value, place);
    else if (kind === 'i8') this.bytes.writeInt8(value, place);
    else if (kind === 'u32') this.bytes.writeUInt32LE(value, place);
    else if (kind === 'i32') this.bytes.writeInt32LE(value, place);
    else if (kind === 'u64') this.bytes.writeBigUInt64LE(BigInt(value), place);
    else if (kind === 'table') this.refer(place, this.table(value));
    else this.refer(place, this.#list(field));
  }

  #list(field: Field): number {
    const [kind, value] = field;
    if (kind === 'text') {
      const at = this.take(4 + Buffer.byteLength(value) + 1, 4);
      this.bytes.writeUInt32LE(Buffer.byteLength(value), at);
      this.bytes.write(value, at + 4);
      return at;
    }
    const list = value as readonly unknown[] | Uint8Array;
    const at = this.take(4 + list.length * (kind === 'u8*' ? 1 : 4), 4);
    this.bytes.writeUInt32LE(list.length, at);
    if (kind === 'u8*') this.bytes.set(value, at + 4);
    if (kind === 'i32*')
      for (const [index, number] of value.entries()) this.bytes.writeInt32LE(number, at + 4 + 4 * index);
    if (kind === 'tables')
      for (const [index, table] of value.entries()) this.refer(at + 4 + 4 * index, this.table(table));
    return at;
  }
}

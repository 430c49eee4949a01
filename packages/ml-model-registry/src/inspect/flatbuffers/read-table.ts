import type { Inspection } from '../contract.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { Coverage } from './coverage.ts';
import { type FieldType, scalarBytes, type ScalarKind, type TableSchema } from './schema.ts';
import { type FbTable, type FbValue, numberAt } from './values.ts';

/** Most tables of a file. The largest models have some 100,000. */
const MAX_TABLES = 1_000_000;

interface Vtable {
  /** Bytes of the table itself. */
  readonly bytes: number;
  /** Where each field is in the table; 0 when it has none. */
  readonly places: readonly number[];
}

/**
 * Walks over all tables of a FlatBuffer (FlatBuffers' internals: vtables, offsets, vectors) in the order of a schema. Every place is checked for
 * bounds and alignment; what several places refer to is read once.
 */
export class TableReader {
  readonly coverage: Coverage;
  readonly #source: ByteSource;
  readonly #inspection: Inspection;
  readonly #tables = new Map<number, FbTable>();
  readonly #vtables = new Map<number, Vtable>();
  readonly #vectors = new Map<number, { readonly count: number; readonly bytes: number; readonly isText: boolean }>();

  constructor(source: ByteSource, inspection: Inspection) {
    this.#source = source;
    this.#inspection = inspection;
    this.coverage = new Coverage(source, inspection);
  }

  /** @throws {StructureError} */
  async table(at: number, schema: TableSchema, depth = 0): Promise<FbTable> {
    this.#inspection.step(1, at);
    const known = this.#tables.get(at);
    if (known !== undefined) {
      if (known.schema !== schema)
        throw new StructureError(
          'FLATBUFFER_OVERLAP',
          `Expected one kind of table, got ${known.schema.name} and ${schema.name}`,
          at,
        );
      return known;
    }
    const { limits } = this.#inspection;
    if (depth > limits.depth) throw tooMuch(`${limits.depth} tables in each other`, at);
    if (this.#tables.size >= MAX_TABLES) throw tooMuch(`${MAX_TABLES} tables`, at);
    this.#demandAligned(at, 4);
    const vtable = await this.#vtable(at - (await this.#i32(at)));
    this.coverage.claim(at, vtable.bytes);
    const values: (FbValue | undefined)[] = [];
    const found = { schema, at, values };
    this.#tables.set(at, found);
    await this.#fields(found, vtable, depth);
    return found;
  }

  async #fields(
    table: { readonly schema: TableSchema; readonly at: number; readonly values: (FbValue | undefined)[] },
    vtable: Vtable,
    depth: number,
  ): Promise<void> {
    const { schema, at, values } = table;
    const inline = await this.#source.read(at, vtable.bytes);
    for (const [index, place] of vtable.places.entries()) {
      const field = schema.fields[index];
      if (place === 0) continue;
      if (field === undefined) {
        this.#inspection.find('UNSUPPORTED', `Expected fields of ${schema.name} that are known, got ${index}`, at);
        continue;
      }
      const size = field.type.kind === 'scalar' ? scalarBytes[field.type.scalar] : 4;
      if (place < 4 || place + size > vtable.bytes)
        throw malformed(`Expected ${field.name} within its ${schema.name}, got it at ${place}`, at);
      this.#demandAligned(at + place, size);
      if (field.type.kind === 'scalar') {
        values[index] = { kind: 'number', value: numberAt(inline, place, field.type.scalar) };
        continue;
      }
      const target = at + place + this.#offsetAt(inline, place, at + place);
      const type = field.type.kind === 'union' ? memberOf(field.type, values[index - 1], at) : field.type;
      values[index] = await this.#value(type, target, depth);
    }
    demandBeside(vtable, table);
  }

  async #value(type: FieldType, at: number, depth: number): Promise<FbValue> {
    if (type.kind === 'table') return { kind: 'table', table: await this.table(at, type.table, depth + 1) };
    if (type.kind === 'text') {
      const { count } = await this.#vector(at, 1, true);
      return { kind: 'text', at: at + 4, length: count };
    }
    if (type.kind === 'scalars') {
      const bytes = scalarBytes[type.scalar];
      const { count } = await this.#vector(at, bytes, false);
      return { kind: 'numbers', at: at + 4, count, scalar: type.scalar };
    }
    if (type.kind !== 'tables') throw malformed('Expected a table, got a number', at);
    return { kind: 'tables', tables: await this.#tablesOf(at, type.table, depth) };
  }

  async #tablesOf(at: number, schema: TableSchema, depth: number): Promise<readonly FbTable[]> {
    const { count } = await this.#vector(at, 4, false);
    if (count > MAX_TABLES) throw tooMuch(`${MAX_TABLES} tables in a list`, at);
    const offsets = await this.#source.read(at + 4, 4 * count);
    const tables: FbTable[] = [];
    for (let index = 0; index < count; index += 1) {
      const place = at + 4 + 4 * index;
      tables.push(await this.table(place + this.#offsetAt(offsets, 4 * index, place), schema, depth + 1));
    }
    return tables;
  }

  /** A list of elements, or a text, which has a zero behind it. Its bytes are not read. */
  async #vector(at: number, bytes: number, isText: boolean): Promise<{ readonly count: number }> {
    const known = this.#vectors.get(at);
    if (known !== undefined) {
      if (known.bytes === bytes && known.isText === isText) return known;
      throw new StructureError('FLATBUFFER_OVERLAP', 'Expected one kind of list, got two at one place', at);
    }
    this.#demandAligned(at, 4);
    const count = (await this.#i32(at)) >>> 0;
    this.coverage.claim(at, 4 + count * bytes + (isText ? 1 : 0));
    if (count > 0) this.#demandAligned(at + 4, bytes);
    if (isText && (await this.#source.read(at + 4 + count, 1))[0] !== 0)
      throw malformed('Expected a zero behind a text, got another byte', at + 4 + count);
    const vector = { count, bytes, isText };
    this.#vectors.set(at, vector);
    return vector;
  }

  async #vtable(at: number): Promise<Vtable> {
    const known = this.#vtables.get(at);
    if (known !== undefined) return known;
    if (at < 0 || at + 4 > this.#source.size)
      throw malformed(`Expected a vtable in the file, got one at ${at}`, Math.max(at, 0));
    this.#demandAligned(at, 2);
    const [length, bytes] = await this.#u16s(at, 2);
    if (length === undefined || bytes === undefined || length < 4 || length % 2 !== 0 || bytes < 4)
      throw malformed(`Expected a vtable of whole entries, got ${length} bytes for a table of ${bytes}`, at);
    this.coverage.claim(at, length);
    const vtable = { bytes, places: await this.#u16s(at + 4, (length - 4) / 2) };
    this.#vtables.set(at, vtable);
    return vtable;
  }

  #offsetAt(bytes: Uint8Array, at: number, place: number): number {
    const offset = numberAt(bytes, at, 'u32');
    if (offset === 0) throw malformed('Expected a place behind its reference, got the reference itself', place);
    return offset;
  }

  #demandAligned(at: number, bytes: number): void {
    if (at % bytes !== 0) throw malformed(`Expected a place that is a multiple of ${bytes}, got ${at}`, at);
  }

  async #i32(at: number): Promise<number> {
    return numberAt(await this.#source.read(at, 4), 0, 'i32');
  }

  async #u16s(at: number, count: number): Promise<readonly number[]> {
    const bytes = await this.#source.read(at, 2 * count);
    return Array.from({ length: count }, (_, index) => numberAt(bytes, 2 * index, 'u16' satisfies ScalarKind));
  }
}

/** The table that the number before names. */
function memberOf(type: FieldType & { readonly kind: 'union' }, number: FbValue | undefined, at: number): FieldType {
  const index = number?.kind === 'number' ? number.value : 0;
  const table = type.tables[index - 1];
  if (index === 0) throw malformed('Expected a table with its kind, got one without', at);
  if (table === undefined)
    throw new StructureError('UNSUPPORTED', `Expected a kind of table that is known, got ${index}`, at);
  return { kind: 'table', table };
}

/** Fields of a table do not share bytes. */
function demandBeside(vtable: Vtable, table: { readonly schema: TableSchema; readonly at: number }): void {
  const { schema, at } = table;
  const fields = vtable.places.flatMap((place, index) => {
    const type = schema.fields[index]?.type;
    if (place === 0 || type === undefined) return [];
    return [{ place, end: place + (type.kind === 'scalar' ? scalarBytes[type.scalar] : 4) }];
  });
  let covered = 4;
  for (const { place, end } of fields.toSorted((a, b) => a.place - b.place)) {
    if (place < covered)
      throw malformed(`Expected fields of ${schema.name} beside each other, got two at one place`, at);
    covered = end;
  }
}

function tooMuch(limit: string, at: number): StructureError {
  return new StructureError('LIMIT_EXCEEDED', `Expected at most ${limit}, got more`, at);
}

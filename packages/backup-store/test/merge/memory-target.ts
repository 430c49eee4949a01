import { compareIds } from '../../src/records/id-order.ts';
import type { RecordView } from '../../src/merge/restore-contract.ts';
import type { DataRecord, DeletedRecord, RecordReader, RecordTarget } from '../../src/records/contract.ts';
import type { SourceDetail } from '../../src/source/contract.ts';

export type Content = Readonly<Record<string, readonly DataRecord[]>>;
type Modules = Map<string, Map<string, DataRecord>>;

const modulesOf = (content: Content): Modules =>
  new Map(
    Object.entries(content).map(([module, records]) => [module, new Map(records.map((record) => [record.id, record]))]),
  );

const sorted = (records: Iterable<DataRecord>): DataRecord[] => [...records].toSorted((a, b) => compareIds(a.id, b.id));

/** Reads in pages of what is there when a page is asked for, as a database does; ids go up. */
function reader(modules: Modules, pageSize: number): RecordReader {
  return {
    async *read(module) {
      let after: string | undefined;
      for (;;) {
        await Promise.resolve();
        const rest = sorted(modules.get(module)?.values() ?? []).filter(
          ({ id }) => after === undefined || compareIds(id, after) > 0,
        );
        if (rest.length === 0) return;
        yield* rest.slice(0, pageSize);
        after = rest[pageSize - 1]?.id;
        if (after === undefined) return;
      }
    },
  };
}

/** A target in memory. A transaction is a copy that takes the place of what was there when it is done. */
export class MemoryTarget implements RecordTarget {
  modulesNow: Modules;
  readonly #schemas: Readonly<Record<string, SourceDetail>>;
  readonly #pageSize: number;
  /** Done before the transaction sees anything: what others write meanwhile. */
  beforeApply: (() => void) | undefined;

  constructor(content: Content, options: { schemas?: Record<string, SourceDetail>; pageSize?: number } = {}) {
    this.modulesNow = modulesOf(content);
    this.#schemas = options.schemas ?? {};
    this.#pageSize = options.pageSize ?? 3;
  }

  modules = async (): Promise<readonly string[]> => await Promise.resolve([...this.modulesNow.keys()]);

  read(module: string, options: { readonly signal: AbortSignal }): AsyncIterable<DataRecord> {
    return reader(this.modulesNow, this.#pageSize).read(module, options);
  }

  schema = async (module: string): Promise<SourceDetail> => await Promise.resolve(this.#schemas[module] ?? null);

  put(module: string, record: DataRecord): void {
    this.modulesNow.get(module)?.set(record.id, record);
  }

  apply: RecordTarget['apply'] = async (changes) => {
    this.beforeApply?.();
    const copy: Modules = new Map([...this.modulesNow].map(([module, records]) => [module, new Map(records)]));
    let done = 0;
    for await (const change of typeof changes === 'function' ? changes(reader(copy, this.#pageSize)) : changes) {
      const records = copy.get(change.module);
      if (records === undefined) throw new Error(`no module ${change.module}`);
      if (change.type === 'put') records.set(change.record.id, change.record);
      else records.delete(change.id);
      done += 1;
    }
    this.modulesNow = copy;
    return done;
  };

  /** What is there, by module and id, for comparisons. */
  content(module: string): DataRecord[] {
    return sorted(this.modulesNow.get(module)?.values() ?? []);
  }
}

/** Records as a snapshot gives them. */
export function memoryView(
  content: Content,
  options: { schemas?: Record<string, SourceDetail>; deleted?: Record<string, readonly DeletedRecord[]> } = {},
): RecordView {
  const modules = modulesOf(content);
  return {
    modules: async () => await Promise.resolve([...modules.keys()]),
    read: (module, reading) => reader(modules, 2).read(module, reading),
    schema: async (module) => await Promise.resolve(options.schemas?.[module]),
    async *deleted(module) {
      await Promise.resolve();
      yield* options.deleted?.[module] ?? [];
    },
  };
}

import { quoted } from '../quoted.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { type Attribute, readAttribute } from './attributes.ts';
import { type Dataset, readDataset } from './dataset.ts';
import type { GlobalHeap } from './global-heap.ts';
import type { Hdf5Reader } from './hdf5-reader.ts';
import { demandFew, type Link, readLink, readSymbolTable } from './links.ts';
import { type Message, readMessages } from './object-header.ts';

/** What is in a file. */
export interface Hdf5Content {
  readonly datasets: readonly Dataset[];
  /** Attributes of the root group. */
  readonly attributes: readonly Attribute[];
}

const LINK_INFO = 0x02;
const LINK = 0x06;
const LAYOUT = 0x08;
const ATTRIBUTE = 0x0c;
const SYMBOL_TABLE = 0x11;
const ATTRIBUTE_INFO = 0x15;
const DATATYPE = 0x03;

/**
 * Walks over all objects from the root group on. Each is visited once, however many links lead to it. A broken one does not hide the next.
 *
 * @throws {StructureError} When the root can't be read, or a budget is used up.
 */
export async function walkObjects(
  root: number,
  of: { readonly reader: Hdf5Reader; readonly heap: GlobalHeap },
): Promise<Hdf5Content> {
  const walk = new ObjectWalk(of);
  const attributes = await walk.object({ name: '', address: root }, 0);
  return { datasets: walk.datasets, attributes };
}

class ObjectWalk {
  readonly datasets: Dataset[] = [];
  readonly #reader: Hdf5Reader;
  readonly #heap: GlobalHeap;
  readonly #seen = new Set<number>();

  constructor(of: { readonly reader: Hdf5Reader; readonly heap: GlobalHeap }) {
    this.#reader = of.reader;
    this.#heap = of.heap;
  }

  /** Looks at an object and all below; gives its attributes. */
  async object(link: Link, depth: number): Promise<readonly Attribute[]> {
    const { inspection } = this.#reader;
    if (this.#seen.has(link.address)) return [];
    this.#seen.add(link.address);
    const place = this.#reader.place(link.address);
    demandFew(this.#seen.size, place);
    if (depth > inspection.limits.depth)
      throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${inspection.limits.depth} levels, got more`, place);
    const all = await readMessages(this.#reader, link.address);
    const messages = all.filter(({ isShared }) => !isShared);
    for (const { isShared, fields } of all) {
      if (isShared)
        inspection.find('UNSUPPORTED', 'Expected a message of its own, got one that objects share', fields.start);
    }
    const attributes: Attribute[] = [];
    for (const { type, fields } of messages) {
      if (type === ATTRIBUTE) {
        await this.#attempt(async () => {
          attributes.push(await readAttribute(fields, { reader: this.#reader, heap: this.#heap }));
        });
      }
    }
    this.#reportDense(messages);
    const isWhole = messages.length === all.length;
    await this.#attempt(() => this.#content(messages, { name: link.name, place, depth, isWhole }));
    return attributes;
  }

  async #content(
    messages: readonly Message[],
    of: {
      readonly name: string;
      readonly place: number;
      readonly depth: number;
      /** Whether none of the messages is missing. */
      readonly isWhole: boolean;
    },
  ): Promise<void> {
    const { name, place, depth, isWhole } = of;
    const has = (type: number): boolean => messages.some((message) => message.type === type);
    if (has(LAYOUT) && !isWhole) return;
    if (has(LAYOUT)) this.datasets.push(await readDataset(messages, { reader: this.#reader, name, place }));
    else if (has(SYMBOL_TABLE) || has(LINK_INFO) || has(LINK)) await this.#group(messages, { name, depth });
    else if (!has(DATATYPE) && isWhole)
      throw malformed('Expected a group, a dataset or a type, got another object', place);
  }

  async #group(messages: readonly Message[], of: { readonly name: string; readonly depth: number }): Promise<void> {
    const { inspection } = this.#reader;
    const seen = new Set<string>();
    for (const link of await this.#links(messages)) {
      if (seen.has(link.name))
        inspection.find(
          'MALFORMED',
          `Expected each name once, got ${quoted(link.name)} again`,
          this.#reader.place(link.address),
        );
      seen.add(link.name);
      const name = of.name === '' ? link.name : `${of.name}/${link.name}`;
      await this.#attempt(async () => {
        await this.object({ name, address: link.address }, of.depth + 1);
      });
    }
  }

  async #links(messages: readonly Message[]): Promise<readonly Link[]> {
    const links: Link[] = [];
    for (const { type, fields } of messages) {
      await this.#attempt(async () => {
        if (type === SYMBOL_TABLE) links.push(...(await readSymbolTable(fields, this.#reader)));
        const link = type === LINK ? readLink(fields, this.#reader.inspection) : undefined;
        if (link !== undefined) links.push(link);
      });
    }
    return links;
  }

  /** Many links or attributes are in a heap of their own, which is not walked. */
  #reportDense(messages: readonly Message[]): void {
    for (const { type, fields } of messages) {
      if (type !== LINK_INFO && type !== ATTRIBUTE_INFO) continue;
      fields.version(0);
      const flags = fields.u8();
      if ((flags & 1) !== 0) fields.skip(type === LINK_INFO ? 8 : 2);
      if (fields.address() !== undefined) {
        const what = type === LINK_INFO ? 'links' : 'attributes';
        this.#reader.inspection.find('UNSUPPORTED', `Expected ${what} in the header, got a fractal heap`, fields.start);
      }
    }
  }

  async #attempt(look: () => Promise<void>): Promise<void> {
    const { inspection } = this.#reader;
    try {
      await look();
    } catch (error) {
      if (!(error instanceof StructureError)) throw error;
      inspection.find(error.code, error.message, error.offset);
      // Throws again when a budget is used up.
      inspection.step(0, error.offset);
    }
  }
}

import { malformed } from '../structure-error.ts';
import type { Fields } from './fields.ts';
import { demandSignature, type Hdf5Reader } from './hdf5-reader.ts';

const HEAD = 24;

/** What a B-tree is about. */
interface TreeKind {
  /** 0 for groups, 1 for chunks. */
  readonly type: number;
  readonly keyLength: number;
}

/**
 * Walks over the leaves of a B-tree (version 1). Each node is visited once, and levels go down to 0.
 *
 * @throws {StructureError}
 */
export async function walkTree(
  reader: Hdf5Reader,
  address: number,
  kind: TreeKind,
  leaf: (key: Fields, child: number) => Promise<void>,
): Promise<void> {
  const seen = new Set<number>();
  const visit = async (node: number, level: number | undefined): Promise<void> => {
    if (seen.has(node)) throw malformed('Expected each node of a tree once, got one again', reader.place(node));
    seen.add(node);
    const head = await reader.fields(node, HEAD);
    demandSignature(head, 'TREE');
    const type = head.u8();
    const found = head.u8();
    const count = head.u16();
    if (type !== kind.type || (level !== undefined && found !== level))
      throw malformed('Expected a node of the same tree, one level below, got another', head.start);
    const fields = await reader.fields(node + HEAD, count * (kind.keyLength + 8) + kind.keyLength);
    for (let i = 0; i < count; i += 1) {
      const key = fields.part(kind.keyLength);
      const child = fields.address();
      if (child === undefined) throw malformed('Expected a child, got an address of nothing', fields.place - 8);
      if (found > 0) await visit(child, found - 1);
      else await leaf(key, child);
    }
  };
  await visit(address, undefined);
}

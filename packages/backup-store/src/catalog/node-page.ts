import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { comparePaths } from './path-order.ts';

/** Where a page is: digest and length of its plaintext, and how far it is above the leaves. */
export interface PageRef {
  readonly sha256: Uint8Array;
  readonly length: number;
  readonly height: number;
}

/** A page as its parent lists it. */
export interface PageChild {
  readonly sha256: Uint8Array;
  readonly length: number;
  /** Entries in all leaves below. */
  readonly entries: number;
  /** Path of the first of them. */
  readonly first: Uint8Array;
}

/** Encodes a page above the leaves. */
export function encodeNodePage(height: number, children: readonly PageChild[]): Buffer {
  const writer = new ByteWriter(64 * 1024).u8(height).varint(children.length);
  for (const child of children) writer.raw(child.sha256).varint(child.length).varint(child.entries).bytes(child.first);
  return writer.take();
}

/**
 * Reads a page above the leaves.
 *
 * @throws {BackupError} `OBJECT_INVALID`.
 */
export function readNodePage(page: Uint8Array, height: number, what: string): PageChild[] {
  const reader = new ByteReader(page, what);
  if (reader.u8() !== height) reader.fail(`a page of height ${height}`);
  const count = reader.count(reader.left, 'pages');
  const children: PageChild[] = [];
  for (let i = 0; i < count; i++) {
    const child = {
      sha256: reader.raw(32),
      length: reader.varint(),
      entries: reader.varint(),
      first: reader.bytes(64 * 1024),
    };
    const before = children.at(-1);
    if (before !== undefined && comparePaths(before.first, child.first) >= 0)
      reader.fail('pages in order of their paths');
    children.push(child);
  }
  reader.end();
  return children;
}

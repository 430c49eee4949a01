import type { DumpKind, DumpLayer } from './contract.ts';
import type { ByteReader } from './byte-reader.ts';
import { DumpFlaw, type DumpVerdict } from './flaw.ts';

/** What one form of the content, and all that is packed in it, came to. */
export interface Found {
  readonly verdict: DumpVerdict;
  /** From outside in. */
  readonly layers: readonly DumpLayer[];
}

/** Runs the check of a form that holds no other. What it throws as a flaw is the result. */
export async function plain(kind: DumpKind, reader: ByteReader, check: () => Promise<string>): Promise<Found> {
  const found = (verdict: DumpVerdict, detail: string): Found => ({
    verdict,
    layers: [{ kind, bytes: reader.position, detail }],
  });
  try {
    return found('sound', await check());
  } catch (error) {
    if (error instanceof DumpFlaw) return found(error.verdict, error.message);
    throw error;
  }
}

/** A form that holds another. */
export interface Packing {
  readonly kind: DumpKind;
  readonly reader: ByteReader;
  /** What it holds, unpacked. */
  readonly content: AsyncIterable<Buffer>;
  /** Once it is unpacked: what was found, and whether all of it was held to a checksum. */
  readonly summary: () => { readonly detail: string; readonly proven: boolean };
}

/**
 * Runs the checks of a packed form and of what is in it at once. A flaw of the packing comes up while the content is read, and
 * counts more: of content that was never unpacked, nothing can be said.
 *
 * @param inspect Checks the content; need not read it to its end.
 */
export async function unpacked(
  packing: Packing,
  inspect: (content: AsyncIterable<Buffer>) => Promise<Found>,
): Promise<Found> {
  const { kind, reader, content, summary } = packing;
  let flaw: DumpFlaw | undefined;
  const iterator = content[Symbol.asyncIterator]();
  const watched: AsyncIterableIterator<Buffer> = {
    [Symbol.asyncIterator]: () => watched,
    next: async () => {
      if (flaw !== undefined) throw flaw;
      try {
        return await iterator.next();
      } catch (error) {
        if (error instanceof DumpFlaw) flaw = error;
        throw error;
      }
    },
  };
  let inside: Found = { verdict: 'unknown', layers: [] };
  try {
    inside = await inspect(watched);
    for await (const _ of watched);
  } catch (error) {
    if (error !== flaw) throw error;
  } finally {
    await iterator.return?.();
  }
  if (flaw !== undefined) {
    const layers = inside.layers.map((layer) => ({ ...layer, detail: 'could not be read to its end' }));
    return { verdict: flaw.verdict, layers: [{ kind, bytes: reader.position, detail: flaw.message }, ...layers] };
  }
  const { detail, proven } = summary();
  const strange = inside.layers.every((layer) => layer.kind === 'unknown');
  // Content without an end of its own is what was packed, if checksums say so.
  const verdict = strange && proven ? 'sound' : inside.verdict;
  const layers = strange && proven ? [] : inside.layers;
  return { verdict, layers: [{ kind, bytes: reader.position, detail }, ...layers] };
}

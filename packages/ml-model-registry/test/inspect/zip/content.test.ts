import { describe, expect, it } from 'vitest';
import type { InspectLimits } from '../../../src/inspect/limits.ts';
import { memorySource } from '../../../src/inspect/source/byte-source.ts';
import { readZip } from '../../../src/inspect/zip/read-zip.ts';
import { joined } from '../../support/bytes.ts';
import { inspectionOf } from '../../support/inspection.ts';
import { type MemberSpec, zipOf } from '../../support/zip.ts';
import { deflateRawSync } from 'node:zlib';

const text = 'all work and no play '.repeat(50_000);

/** Reads the only member in both ways; they have to agree. */
async function contentOf(
  member: MemberSpec,
  limits?: Partial<InspectLimits>,
): Promise<{ readonly content?: string; readonly codes: readonly string[] }> {
  const { inspection, codes } = inspectionOf(limits);
  const archive = await readZip(memorySource(zipOf([member])), inspection);
  const [only] = archive.members;
  if (only === undefined) throw new Error('Expected a member, got none');
  try {
    const source = await archive.open(only);
    const opened = Buffer.from(await source.read(0, source.size));
    const streamed: Uint8Array[] = [];
    for await (const piece of archive.pieces(only)) streamed.push(piece);
    expect(Buffer.concat(streamed)).toEqual(opened);
    return { content: opened.toString(), codes: [...new Set(codes())] };
  } catch (error) {
    return { codes: [...codes(), (error as { readonly code: string }).code] };
  }
}

describe('the content of a member', () => {
  it.each([true, false])('is read as it was written (deflated: %s)', async (deflate) => {
    expect(await contentOf({ name: 'm', content: text, deflate })).toEqual({ content: text, codes: [] });
    expect(await contentOf({ name: 'm', content: '', deflate })).toEqual({ content: '', codes: [] });
  });

  const deflated = deflateRawSync(Buffer.from(text));
  const broken: readonly (readonly [what: string, member: Partial<MemberSpec>, code: string])[] = [
    ['another checksum', { both: { crc: 1 } }, 'ZIP_CONTENT_MISMATCH'],
    ['more bytes than its size', { both: { size: 100 } }, 'ZIP_CONTENT_MISMATCH'],
    ['fewer bytes than its size', { both: { size: text.length + 1 } }, 'ZIP_CONTENT_MISMATCH'],
    ['half of its bytes', { packed: deflated.subarray(0, deflated.length / 2) }, 'ZIP_CONTENT_MISMATCH'],
    ['bytes that are not deflated', { packed: new Uint8Array(5000).fill(0xff) }, 'ZIP_CONTENT_MISMATCH'],
    ['bytes behind its end', { packed: joined(deflated, 'more') }, 'HIDDEN_BYTES'],
  ];
  it.each(broken)('with %s is not taken for sound', async (_what, member, code) => {
    const { codes } = await contentOf({ name: 'm', content: text, deflate: true, ...member });
    expect(codes).toEqual([code]);
  });

  it('with another checksum is found out when a stored one is read through', async () => {
    expect(await contentOf({ name: 'm', content: text, both: { crc: 1 } })).toEqual({
      content: text,
      codes: ['ZIP_CONTENT_MISMATCH'],
    });
  });

  it('is not inflated beyond the limits', async () => {
    const bomb = { name: 'm', content: new Uint8Array(10_000_000), deflate: true };
    for (const limits of [{ ratio: 100 }, { inflated: 1_000_000 }, { held: 1_000_000 }])
      expect(await contentOf(bomb, limits)).toEqual({ codes: ['LIMIT_EXCEEDED'] });
  });

  it('that nobody can read is refused', async () => {
    expect((await contentOf({ name: 'm', both: { flags: 1 } })).codes).toEqual(['ZIP_ENCRYPTED', 'ZIP_ENCRYPTED']);
    expect((await contentOf({ name: 'm', both: { method: 14 } })).codes).toEqual(['UNSUPPORTED', 'UNSUPPORTED']);
  });
});

import { bzip2 } from '../compressed/bzip2.ts';
import type { Codec } from '../compressed/codec.ts';
import { decompressed } from '../compressed/decompressed.ts';
import { lz4 } from '../compressed/lz4.ts';
import { lzma } from '../compressed/lzma.ts';
import { xz } from '../compressed/xz.ts';
import { gzip, zlib } from '../compressed/zlib.ts';
import type { FormatInspector, Inspection } from '../contract.ts';
import type { FormatReport } from '../inspection.ts';
import { type ByteSource, partOf } from '../source/byte-source.ts';
import { malformed } from '../structure-error.ts';

/** All that `joblib.dump` compresses with. */
const codecs: readonly Codec[] = [zlib, gzip, bzip2, lzma, xz, lz4];

/** `ZF` and a length in hexadecimal, filled up with spaces: joblib before 0.10. */
const legacyHeader = /^ZF0x([0-9a-f]{1,16})L? *$/;

/** Bytes of `ZF` and the length. */
const LEGACY = 21;

/** Compressed files of joblib: a pickle, with arrays between its opcodes, compressed as a whole. */
export const joblib: FormatInspector = {
  formats: ['joblib'],
  recognises: (head) => isLegacy(head) || codecs.some((codec) => codec.recognises(head)),
  async inspect(source, inspection) {
    const head = await source.read(0, Math.min(LEGACY, source.size));
    if (isLegacy(head)) return inspectLegacy(source, head, inspection);
    const codec = codecs.find((one) => one.recognises(head));
    return codec === undefined
      ? { format: 'unknown' }
      : inspectInside(await decompressed(source, codec, inspection), codec.name, inspection);
  },
};

function isLegacy(head: Uint8Array): boolean {
  return (
    head[0] === 0x5a && head[1] === 0x46 && legacyHeader.test(Buffer.from(head.subarray(0, LEGACY)).toString('latin1'))
  );
}

async function inspectLegacy(source: ByteSource, head: Uint8Array, inspection: Inspection): Promise<FormatReport> {
  const [, length = ''] = legacyHeader.exec(Buffer.from(head).toString('latin1')) ?? [];
  const inside = await decompressed(partOf(source, LEGACY, source.size - LEGACY), zlib, inspection);
  if (inside.size !== Number.parseInt(length, 16)) throw malformed(`Expected 0x${length} bytes, got ${inside.size}`, 2);
  return inspectInside(inside, 'zlib', inspection);
}

async function inspectInside(inside: ByteSource, name: string, inspection: Inspection): Promise<FormatReport> {
  const report = await inspection.nested(inside, name, ['pickle', 'joblib']);
  if (report !== undefined) return { ...report, format: 'joblib' };
  inspection.find('FORMAT_UNKNOWN', `Expected a pickle in what ${name} compressed, got another format`, 0);
  return { format: 'unknown' };
}

import type { Content, ContentKind } from './kind.ts';

type Magic = readonly [kind: ContentKind, format: string, at: number, bytes: string];

/** Fixed bytes at fixed places, written as Latin-1. Longer ones first where one begins like another. */
const MAGIC: readonly Magic[] = [
  ['database', 'sqlite', 0, 'SQLite format 3\0'],
  ['database', 'redis', 0, 'REDIS0'],
  ['sql-dump', 'pg_dump', 0, 'PGDMP'],
  ['packed', 'gzip', 0, '\x1f\x8b\x08'],
  ['packed', 'zstd', 0, '\x28\xb5\x2f\xfd'],
  ['packed', 'xz', 0, '\xfd7zXZ\0'],
  ['packed', 'bzip2', 0, 'BZh'],
  ['packed', '7z', 0, '7z\xbc\xaf\x27\x1c'],
  ['packed', 'lz4', 0, '\x04\x22\x4d\x18'],
  ['packed', 'rar', 0, 'Rar!\x1a\x07'],
  ['packed', 'zip', 0, 'PK\x03\x04'],
  ['packed', 'zip', 0, 'PK\x05\x06'],
  ['tar', 'tar', 257, 'ustar'],
  ['executable', 'elf', 0, '\x7fELF'],
  ['executable', 'mach-o', 0, '\xcf\xfa\xed\xfe'],
  ['executable', 'mach-o', 0, '\xca\xfe\xba\xbe\0\0\0'],
  ['executable', 'class', 0, '\xca\xfe\xba\xbe'],
  ['executable', 'wasm', 0, '\0asm'],
  ['image', 'png', 0, '\x89PNG\r\n\x1a\n'],
  ['image', 'jpeg', 0, '\xff\xd8\xff'],
  ['image', 'gif', 0, 'GIF8'],
  ['image', 'webp', 8, 'WEBP'],
  ['image', 'tiff', 0, 'II*\0'],
  ['image', 'tiff', 0, 'MM\0*'],
  ['image', 'heif', 4, 'ftyphei'],
  ['image', 'avif', 4, 'ftypavif'],
  ['video', 'mp4', 4, 'ftyp'],
  ['video', 'matroska', 0, '\x1aE\xdf\xa3'],
  ['video', 'avi', 8, 'AVI '],
  ['video', 'mpeg', 0, '\0\0\x01\xba'],
  ['audio', 'wav', 8, 'WAVE'],
  ['audio', 'mp3', 0, 'ID3'],
  ['audio', 'flac', 0, 'fLaC'],
  ['audio', 'ogg', 0, 'OggS'],
  ['document', 'pdf', 0, '%PDF-'],
  ['document', 'ole', 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['columnar', 'parquet', 0, 'PAR1'],
  ['columnar', 'orc', 0, 'ORC'],
  ['columnar', 'avro', 0, 'Obj\x01'],
  ['columnar', 'arrow', 0, 'ARROW1'],
  ['model', 'gguf', 0, 'GGUF'],
  ['model', 'hdf5', 0, '\x89HDF\r\n\x1a\n'],
  ['model', 'numpy', 0, '\x93NUMPY'],
];

interface Known {
  readonly content: Content;
  readonly at: number;
  readonly bytes: Buffer;
}

/** By the first byte of what begins there; those that do not begin at the first byte are looked at always. */
const AT_START = new Map<number, Known[]>();
const WITHIN: Known[] = [];
for (const [kind, format, at, text] of MAGIC) {
  const bytes = Buffer.from(text, 'latin1');
  const known = { content: { kind, format }, at, bytes };
  const first = bytes[0] as number;
  if (at > 0) WITHIN.push(known);
  else AT_START.set(first, [...(AT_START.get(first) ?? []), known]);
}

const isThere = (head: Buffer, { at, bytes }: Known): boolean =>
  head.length >= at + bytes.length && bytes.compare(head, at, at + bytes.length) === 0;

/** A Windows program: `MZ`, and where that points, `PE`. */
function isPortableExecutable(head: Buffer): boolean {
  if (head.length < 64 || head.toString('latin1', 0, 2) !== 'MZ') return false;
  const at = head.readUInt32LE(60);
  return head.toString('latin1', at, at + 4) === 'PE\0\0';
}

/** Safetensors: the length of a JSON header in eight bytes, then that. */
function isSafetensors(head: Buffer): boolean {
  if (head.length < 10) return false;
  const length = head.readBigUInt64LE(0);
  return length > 1n && length < 100_000_000n && head.toString('latin1', 8, 10) === '{"';
}

/** What the first bytes of a file say it is, where they do. */
export function contentByMagic(head: Buffer): Content | undefined {
  const hit =
    AT_START.get(head[0] ?? -1)?.find((known) => isThere(head, known)) ?? WITHIN.find((known) => isThere(head, known));
  if (hit !== undefined) return hit.content;
  if (isPortableExecutable(head)) return { kind: 'executable', format: 'pe' };
  return isSafetensors(head) ? { kind: 'model', format: 'safetensors' } : undefined;
}

import type { ByteSource } from '../source/byte-source.ts';
import { findEnds } from './end-record.ts';
import { signatures, u64At, viewOf } from './signatures.ts';

/** What a zip archive is by the names of its members; `other` when they say nothing. */
export type ZipKind = 'pytorch' | 'keras' | 'npz' | 'other';

/** Bytes of a directory by which the kind is told. */
const GLANCE = 1024 * 1024;

/**
 * The kind of zip archive that the content is; `undefined` when it is none. It takes a glance and reports nothing: whoever inspects the kind reads
 * all members and says which do not belong there.
 */
export async function zipKind(head: Uint8Array, source: ByteSource): Promise<ZipKind | undefined> {
  const names = await namesOf(source);
  if (names !== undefined) return kindOf(names);
  const isBegun = head.length >= 4 && viewOf(head).getUint32(0, true) === signatures.local;
  return isBegun ? 'other' : undefined;
}

function kindOf(names: readonly string[]): ZipKind {
  if (names.some((name) => /(?:^|\/)data\.pkl$/.test(name))) return 'pytorch';
  if (names.includes('config.json') && names.some((name) => /^(?:metadata\.json|model\.weights\..*)$/.test(name)))
    return 'keras';
  const files = names.filter((name) => !name.endsWith('/'));
  return files.length > 0 && files.every((name) => name.endsWith('.npy')) ? 'npz' : 'other';
}

/** Names of the first members; `undefined` when there is no directory where the end record says. */
async function namesOf(source: ByteSource): Promise<readonly string[] | undefined> {
  const at = (await findEnds(source)).at(-1);
  if (at === undefined) return undefined;
  const { end, size } = await directorySize(source, at);
  const start = end - size;
  if (start < 0) return undefined;
  const bytes = Buffer.from(await source.read(start, Math.min(size, GLANCE)));
  const names: string[] = [];
  for (let next = 0; next + 46 <= bytes.length && bytes.readUInt32LE(next) === signatures.central;) {
    const nameLength = bytes.readUInt16LE(next + 28);
    // The last one may be cut by the glance.
    if (next + 46 + nameLength > bytes.length) break;
    names.push(bytes.toString('utf8', next + 46, next + 46 + nameLength));
    next += 46 + nameLength + bytes.readUInt16LE(next + 30) + bytes.readUInt16LE(next + 32);
  }
  return names.length > 0 || size === 0 ? names : undefined;
}

async function directorySize(source: ByteSource, at: number): Promise<{ readonly end: number; readonly size: number }> {
  const short = { end: at, size: viewOf(await source.read(at, 22)).getUint32(12, true) };
  if (at < 76) return short;
  const long = viewOf(await source.read(at - 76, 76));
  const isLong = long.getUint32(0, true) === signatures.end64 && long.getUint32(56, true) === signatures.locator64;
  return isLong ? { end: at - 76, size: u64At(long, 40) } : short;
}

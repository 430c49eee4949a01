import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { readZip } from '@x/integrity/archive';
import type { Output } from '../../src/archive/output.ts';
import { ZipWriter } from '../../src/archive/zip-writer.ts';
import { tempFolder } from '../fixtures/place.ts';

/** An entry of an archive that need not make sense. */
export interface ForgedEntry {
  readonly name: string;
  readonly mode: number;
  readonly mtime: number;
  readonly content: Buffer;
}

/** What an archive is made of. The manifest's lines have no ends. */
export interface Parts {
  readonly entries: readonly ForgedEntry[];
  readonly lines: readonly string[];
}

/** Writes the archive anew with other parts, every header and checksum as it has to be. */
export async function forged(path: string, change: (parts: Parts) => Partial<Parts>): Promise<Buffer> {
  const parts = await partsOf(path);
  const manifest = parts.entries.at(-1) as ForgedEntry;
  const before = {
    entries: parts.entries.slice(0, -1),
    lines: manifest.content.toString('utf8').trimEnd().split('\n'),
  };
  const { entries, lines } = { ...before, ...change(before) };
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return await zipOf([...entries, ...(lines.length === 0 ? [] : [{ ...manifest, content: text }])]);
}

/** An archive of these entries. */
export async function zipOf(entries: readonly ForgedEntry[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const output: Output = {
    write: async (bytes) => void pieces.push(Buffer.from(bytes)),
    complete: async () => await Promise.reject(new Error('unused')),
    discard: async () => undefined,
  };
  const zip = new ZipWriter(output);
  for (const { content, ...entry } of entries) {
    await zip.add({ ...entry, size: content.length, deflate: undefined }, one(content));
  }
  await zip.end();
  return Buffer.concat(pieces);
}

async function* one(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}

async function partsOf(path: string): Promise<{ entries: ForgedEntry[] }> {
  await using handle = await open(path);
  const { entries } = await readZip(handle, { size: readFileSync(path).length, takesLinks: true });
  const list: ForgedEntry[] = [];
  for (const entry of entries) {
    const pieces: Buffer[] = [];
    for await (const piece of entry.content()) pieces.push(piece);
    // Mode and time stand in the list only for other programs: those of the archive are taken from its bytes.
    list.push({
      ...factsOf(readFileSync(path), entry.path, entry.kind === 'directory'),
      content: Buffer.concat(pieces),
    });
  }
  return { entries: list };
}

/** Mode and time of an entry, from the list at the end. */
function factsOf(archive: Buffer, path: string, isDirectory: boolean): Omit<ForgedEntry, 'content'> {
  const name = isDirectory ? `${path}/` : path;
  const bytes = Buffer.from(name);
  for (
    let at = archive.indexOf('PK\x01\x02', 0, 'latin1');
    at >= 0;
    at = archive.indexOf('PK\x01\x02', at + 1, 'latin1')
  ) {
    const length = archive.readUInt16LE(at + 28);
    if (!archive.subarray(at + 46, at + 46 + length).equals(bytes)) continue;
    return { name, mode: archive.readUInt32LE(at + 38) >>> 16, mtime: archive.readInt32LE(at + 46 + length + 5) };
  }
  throw new Error(`Expected ${name} in the list`);
}

/** Puts bytes into a file of their own. */
export function fileOf(bytes: Uint8Array): string {
  const path = join(tempFolder(), 'given.zip');
  writeFileSync(path, bytes);
  return path;
}

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HotelStory } from './story.ts';

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Stands for all bytes below a folder, and their names. */
export async function fingerprintOfFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const lines = await Promise.all(
    paths.toSorted().map(async (path) => `${path.slice(folder.length)} ${sha256(await readFile(path))}`),
  );
  return sha256(lines.join('\n'));
}

/** Stands for all rows of a hotel; of one on SQLite, for the bytes of its folder, too. */
export async function fingerprintOfHotel({ hotel, places }: HotelStory): Promise<string> {
  const rows = [await hotel.users(), await hotel.rooms(), await hotel.reservations(), await hotel.settings()];
  const files = places.kind === 'sqlite' ? await fingerprintOfFolder(join(places.assets, '..')) : '';
  return sha256(JSON.stringify([...rows, files]));
}

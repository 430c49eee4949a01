import { canonicalJson } from '../bytes/canonical-json.ts';
import { BackupError } from '../errors.ts';
import type { Repository } from '../repository/contract.ts';
import type { BackupSource } from '../source/contract.ts';
import type { StructureInventory, StructureParts } from './contract.ts';

/** What the inventory calls itself as a source. */
export const INVENTORY = 'structure';
const FILE = 'structure.json';
/** Far above what the largest structure comes to. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What is stored beside the files of a version. */
export interface StoredInventory {
  readonly parts: StructureParts;
  readonly inventory: StructureInventory;
}

/** The inventory, as a source beside the files that it is about. */
export function inventorySource(content: StoredInventory): BackupSource {
  const bytes = Buffer.from(canonicalJson({ ...content }));
  return {
    kind: INVENTORY,
    name: FILE,
    async *read() {
      yield {
        path: '',
        content: (async function* () {
          yield bytes;
        })(),
      };
    },
  };
}

/** @throws {BackupError} `OBJECT_INVALID`, and what `Repository.read` throws. */
export async function readInventory(repository: Pick<Repository, 'read'>, snapshot: string): Promise<StoredInventory> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of repository.read(snapshot, { path: FILE })) {
    length += piece.length;
    if (length > MAX_BYTES) break;
    pieces.push(Buffer.from(piece));
  }
  let content: unknown;
  try {
    content = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    content = undefined;
  }
  const { parts, inventory } = (content ?? {}) as Partial<StoredInventory>;
  const lists = [inventory?.components, inventory?.styles, inventory?.i18n, inventory?.migrations];
  if (parts === undefined || !lists.every(Array.isArray)) {
    throw new BackupError('OBJECT_INVALID', `Expected ${FILE} of snapshot ${snapshot} to be an inventory`);
  }
  return { parts, inventory: inventory as StructureInventory };
}

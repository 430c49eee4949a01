import type { SharedStructure, StructureBackup, StructureParts } from '@x/backup-store/structure';

const PARTS: StructureParts = {
  components: ['components'],
  styles: ['styles'],
  i18n: ['i18n'],
  migrations: ['migrations'],
};

/** Stores what is below the root as a new version, unless nothing has changed. */
export async function storeStructure(structure: SharedStructure, root: string): Promise<StructureBackup> {
  return await structure.backup({ root, parts: PARTS });
}

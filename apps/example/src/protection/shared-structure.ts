import type { Repository } from '@x/backup-store';
import {
  openStructure,
  type SharedStructure,
  type StructureBackup,
  type StructureParts,
} from '@x/backup-store/structure';
import { addTenant } from './open-protection.ts';

const TENANT = 'shared-structure';

const PARTS: StructureParts = {
  components: ['components'],
  styles: ['styles'],
  i18n: ['i18n'],
  migrations: ['migrations'],
};

/** What all hotels share, with versions of its own. */
export async function openHotelStructure(repository: Repository): Promise<SharedStructure> {
  await addTenant(repository, TENANT);
  return openStructure(repository, { tenant: TENANT });
}

/** Stores what is below the root as a new version, unless nothing has changed. */
export async function storeStructure(structure: SharedStructure, root: string): Promise<StructureBackup> {
  return await structure.backup({ root, parts: PARTS });
}

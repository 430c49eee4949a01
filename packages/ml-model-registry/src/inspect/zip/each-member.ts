import type { Inspection } from '../contract.ts';
import { StructureError } from '../structure-error.ts';
import type { ZipMember } from './member.ts';
import type { ZipArchive } from './read-zip.ts';

/**
 * Looks at all members but folders, one after the other. A broken one does not hide the next: what is wrong with it becomes a finding. The walk ends
 * when a budget is used up.
 *
 * @throws {StructureError} `LIMIT_EXCEEDED`.
 */
export async function eachMember(
  archive: ZipArchive,
  inspection: Inspection,
  look: (member: ZipMember) => Promise<void>,
): Promise<void> {
  for (const member of archive.members) {
    if (member.isFolder) continue;
    inspection.step(1, member.entryAt);
    // Nothing may be left of it, even when the member before did not throw on.
    inspection.inflate(0, member.entryAt);
    try {
      await look(member);
    } catch (error) {
      if (!(error instanceof StructureError)) throw error;
      inspection.find(error.code, error.message, error.offset);
    }
  }
}

import type { EntryProblem } from '../repository/contract.ts';
import type { ScratchFinding } from '../validate/contract.ts';
import { pairTables, schemaDifferences } from './compare-schemas.ts';
import type { DatabaseView } from './contract.ts';

/** Differences of one table that are told one by one. */
const SHOWN = 20;

/** Whether a restored database is made as the live one is: tables, views, and the parts of each. */
export async function compareLiveSchema(
  { path, before, after }: { readonly path: string; readonly before: DatabaseView; readonly after: DatabaseView },
  signal?: AbortSignal,
): Promise<ScratchFinding> {
  const pairs = pairTables(await before.tables(signal), await after.tables(signal));
  const problems = pairs.flatMap((pair): EntryProblem[] => {
    const told = (message: string): EntryProblem => ({
      path,
      code: 'SCHEMA_CHANGED',
      message: `${pair.name}: ${message}`,
    });
    if (pair.before === undefined) return [told('it is live, and not in the backup')];
    if (pair.after === undefined) return [told('it is in the backup, and not live')];
    return schemaDifferences(pair)
      .slice(0, SHOWN)
      .map(({ part, before: was = 'nothing', after: is = 'nothing' }) =>
        told(`${part} is ${was} in the backup, and ${is} live`),
      );
  });
  const detail = `${path}: ${pairs.length} tables and views compared with the live ones`;
  return { checked: pairs.length, problems, detail };
}

/** What was found of several dumps, as one. */
export const joinedFindings = (found: readonly ScratchFinding[]): ScratchFinding => ({
  checked: found.reduce((sum, { checked }) => sum + checked, 0),
  problems: found.flatMap(({ problems }) => problems),
  detail: found.map(({ detail }) => detail).join('; '),
});

/** Nobody has said where the live one is. */
export const NO_LIVE: ScratchFinding = {
  checked: 0,
  problems: [],
  detail: 'nothing live was named to compare it with',
  skipped: true,
};

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder of what all hotels share. */
export const STRUCTURE: string = fileURLToPath(new URL('../../structure', import.meta.url));

/** Statements that make the tables of one hotel, in order; the same words in both dialects. Each may be run again. */
export function migrations(): readonly string[] {
  const folder = `${STRUCTURE}/migrations`;
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => readFileSync(`${folder}/${name}`, 'utf8').split(';'))
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

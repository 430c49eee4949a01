import { join } from 'node:path';
import type { JsonDocument } from '@x/backup-store/records';
import { parseLocalUrl } from './local-url.ts';

/** Whether this names JSON documents. */
export const isDocumentsUrl = (text: string): boolean => text.startsWith('file:');

/**
 * The documents that `file:/srv/hotel/bookings.json?id=number&updated-at=changed` names, or several below a folder, each a module:
 * `file:/srv/hotel?document=bookings.json&document=guests.jsonl&id=number`.
 *
 * @throws {CliError} `USAGE`.
 */
export function parseDocumentsUrl(text: string, workingDirectory: string): readonly JsonDocument[] {
  const form = {
    scheme: 'file',
    what: 'JSON documents',
    parameters: ['document', 'id', 'updated-at'],
    workingDirectory,
  };
  const { path, parameters } = parseLocalUrl(text, form);
  const { document = [], id = [], 'updated-at': updatedAt = [] } = parameters;
  const paths = document.length === 0 ? [path] : document.map((name) => join(path, name));
  return paths.map((each) => ({ path: each, idField: id[0], updatedAtField: updatedAt[0] }));
}

import type { CatalogEntry } from '@x/backup-store';
import { formatBytes } from './bytes.ts';
import { shortId } from './snapshot.ts';
import { tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatTime } from './time.ts';

/** An entry, and what a policy says of it. */
export interface ShownEntry extends CatalogEntry {
  readonly kept?: boolean | undefined;
  readonly keptUntil?: string | undefined;
}

function checkText({ checks: [last] }: ShownEntry): string {
  return last === undefined ? 'never' : `${last.status} ${last.level} ${formatTime(last.at)}`;
}

function keptText({ forgottenAt, kept, keptUntil }: ShownEntry): string {
  if (forgottenAt !== undefined || kept === undefined) return '';
  if (!kept) return 'no longer';
  return keptUntil === undefined ? 'until replaced' : formatTime(keptUntil);
}

function stateText({ forgottenAt, status }: ShownEntry): string {
  return forgottenAt === undefined ? status : `forgotten at ${formatTime(forgottenAt)}`;
}

/** Modules with the beginnings of their digests, and sources that belong to none. */
function modulesText({ modules = [], sources }: ShownEntry): string {
  const alone = sources.filter(({ module }) => module === undefined).map(({ path }) => path || '/');
  return [...modules.map(({ name, sha256 }) => `${name}:${sha256.slice(0, 12)}`), ...alone].join(' ');
}

/** Lines of the table of backups, oldest first. */
export function catalogTable(entries: readonly ShownEntry[], withKept: boolean): readonly string[] {
  const rows = entries.map((entry) => [
    shortId(entry.id),
    formatTime(entry.startedAt),
    displayText(entry.tenant.name),
    entry.kind,
    formatBytes(entry.bytes.total),
    entry.manifestSha256.slice(0, 12),
    stateText(entry),
    checkText(entry),
    ...(withKept ? [keptText(entry)] : []),
    displayText(modulesText(entry)),
  ]);
  const titles = [
    'ID',
    'TIME',
    'TENANT',
    'KIND',
    'SIZE',
    'DIGEST',
    'STATE',
    'LAST CHECK',
    ...(withKept ? ['KEPT UNTIL'] : []),
    'MODULES',
  ];
  return tableLines(
    titles.map((title) => (title === 'SIZE' ? { title, align: 'right' } : { title })),
    rows,
  );
}

import type { CatalogEntry } from '@x/backup-store';
import { formatBytes } from './bytes.ts';
import { shortId } from './snapshot.ts';
import { tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatTime } from './time.ts';

function checkText({ checks: [last] }: CatalogEntry): string {
  return last === undefined ? 'never' : `${last.status} ${last.level} ${formatTime(last.at)}`;
}

function keptText({ forgottenAt, retention: { keep, until, by } }: CatalogEntry): string {
  if (forgottenAt !== undefined) return '';
  if (!keep) return 'no longer';
  if (until !== undefined) return formatTime(until);
  return { hold: 'legal hold', nothing: 'no policy' }[by as string] ?? 'replaced';
}

function stateText({ forgottenAt, status }: CatalogEntry): string {
  return forgottenAt === undefined ? status : `forgotten at ${formatTime(forgottenAt)}`;
}

/** Safety backups of deploys and of rollbacks have one kind; the tag says which it is. */
const kindText = ({ kind, tags }: CatalogEntry): string =>
  tags.includes('pre-rollback') ? `${kind} (pre-rollback)` : kind;

/** Modules with the beginnings of their digests, and sources that belong to none. */
function modulesText({ modules = [], sources }: CatalogEntry): string {
  const alone = sources.filter(({ module }) => module === undefined).map(({ path }) => path || '/');
  return [...modules.map(({ name, sha256 }) => `${name}:${sha256.slice(0, 12)}`), ...alone].join(' ');
}

/** Lines of the table of backups, oldest first. */
export function catalogTable(entries: readonly CatalogEntry[]): readonly string[] {
  const rows = entries.map((entry) => [
    shortId(entry.id),
    formatTime(entry.startedAt),
    displayText(entry.tenant.name),
    kindText(entry),
    formatBytes(entry.bytes.total),
    entry.manifestSha256.slice(0, 12),
    stateText(entry),
    checkText(entry),
    keptText(entry),
    displayText(modulesText(entry)),
  ]);
  const titles = ['ID', 'TIME', 'TENANT', 'KIND', 'SIZE', 'DIGEST', 'STATE', 'LAST CHECK', 'KEPT UNTIL', 'MODULES'];
  return tableLines(
    titles.map((title) => (title === 'SIZE' ? { title, align: 'right' } : { title })),
    rows,
  );
}

import type { SnapshotRecord } from '@x/backup-store';
import { formatBytes, formatCount, formatNumberOf } from './bytes.ts';
import { compressionFacts, contentTable } from './contents.ts';
import { factLines, tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatDuration, formatTime } from './time.ts';

/** As much of an id as is shown where there are many. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

function remarks(record: SnapshotRecord): string {
  const parts = [...record.tags];
  if (record.trigger !== 'manual') parts.unshift(record.trigger);
  if (record.kind !== 'full' && record.kind !== 'incremental') parts.unshift(record.kind);
  if (record.status !== 'ok') parts.unshift(record.status);
  return displayText(parts.join(' '));
}

/** Lines of the table of snapshots, oldest first. */
export function snapshotTable(records: readonly SnapshotRecord[]): readonly string[] {
  const tenants = new Set(records.map((record) => record.tenant.name));
  const rows = records.map((record) => [
    shortId(record.id),
    formatTime(record.startedAt),
    ...(tenants.size > 1 ? [displayText(record.tenant.name)] : []),
    displayText(record.host),
    displayText(record.name ?? ''),
    formatCount(record.files.total),
    formatBytes(record.bytes.total),
    formatBytes(record.bytes.stored),
    remarks(record),
    displayText(record.sources.map((source) => source.root).join(' ')),
  ]);
  return tableLines(
    [
      { title: 'ID' },
      { title: 'TIME' },
      ...(tenants.size > 1 ? [{ title: 'TENANT' }] : []),
      { title: 'HOST' },
      { title: 'NAME' },
      { title: 'FILES', align: 'right' },
      { title: 'SIZE', align: 'right' },
      { title: 'STORED', align: 'right' },
      { title: 'REMARKS' },
      { title: 'PATHS' },
    ],
    rows,
  );
}

/** What of a checkpoint has no content. */
function absentFacts({ absent, unread }: SnapshotRecord['sources'][number]): readonly (readonly [string, string])[] {
  if (unread === true) return [['content', 'not read']];
  if (absent === undefined || absent.files === 0) return [];
  return [['no content of', `${formatNumberOf(absent.files, 'file')}, ${formatBytes(absent.bytes)}`]];
}

function softwareFacts({ software }: SnapshotRecord): readonly (readonly [string, string])[] {
  if (software === undefined) return [];
  const { name, version, commit, sha256 } = software;
  const parts = [name, version, commit === undefined ? undefined : `(${commit})`].filter((each) => each !== undefined);
  return [['software', `${parts.join(' ')}, digest ${sha256}`]];
}

function moduleLines({ modules = [] }: SnapshotRecord): readonly string[] {
  return modules.flatMap((module) => [
    '',
    `module ${module.name}`,
    ...factLines(
      [
        [
          'files',
          `${formatCount(module.files)} in ${formatNumberOf(module.sources, 'source')}, ${formatBytes(module.bytes)}`,
        ],
        ['digest', module.sha256],
        ...(module.contentSha256 === undefined ? [] : [['content', module.contentSha256] as const]),
      ],
      '  ',
    ),
  ]);
}

function sourceLines({ sources }: SnapshotRecord): readonly string[] {
  return sources.flatMap((source) => [
    '',
    `source ${displayText(source.root)}`,
    ...factLines(
      [
        ...(source.module === undefined ? [] : [['module', source.module] as const]),
        ['restores to', displayText(source.path)],
        [
          'status',
          source.problems === 0 ? source.status : `${source.status}, ${formatCount(source.problems)} not read`,
        ],
        [
          'files',
          `${formatCount(source.files)} of ${formatCount(source.entries)} entries, ${formatBytes(source.bytes)}`,
        ],
        ...absentFacts(source),
        ['tree', source.treeSha256],
      ],
      '  ',
    ),
  ]);
}

/** Lines that say everything of one snapshot. */
export function snapshotFacts(record: SnapshotRecord): readonly string[] {
  const { bytes, files } = record;
  const facts: (readonly [string, string])[] = [
    ['id', record.id],
    ['name', record.name ?? '-'],
    ['time', `${formatTime(record.startedAt)}, took ${formatDuration(record.durationMs)}`],
    ['status', record.status],
    ['kind', record.trigger === 'manual' ? record.kind : `${record.kind}, ${record.trigger}`],
    ['tenant', record.tenant.name],
    ['host', record.host],
    ['created by', record.createdBy],
    ['note', record.note ?? '-'],
    ['tags', record.tags.join(' ') || '-'],
    ['parent', record.parent ?? '-'],
    ['files', `${formatCount(files.total)} (${formatCount(files.new)} new, ${formatCount(files.changed)} changed)`],
    ['content', `${formatBytes(bytes.total)}, ${formatBytes(bytes.read)} read, ${formatBytes(bytes.new)} new`],
    ['stored', formatBytes(bytes.stored)],
    ['profile', record.compression],
    ...compressionFacts(record.contents ?? []),
    ['encryption', `${record.encryption.algorithm}, key ${record.encryption.keyId}`],
    ['written by', `holdfast ${record.versions.tool}, format ${record.versions.format}, ${record.versions.platform}`],
    ...softwareFacts(record),
    ['digest', record.manifestSha256],
  ];
  const lines = factLines(facts.map(([label, value]) => [label, displayText(value)]));
  const contents = record.contents ?? [];
  return [
    ...lines,
    ...moduleLines(record),
    ...sourceLines(record),
    ...(contents.length === 0 ? [] : ['', ...contentTable(contents)]),
  ];
}

import type { RepositoryStats } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatCount, formatNumberOf } from '../render/bytes.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';

const ratio = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : '-');

function statsLines(stats: RepositoryStats): readonly string[] {
  const rows = stats.tenants.map((tenant) => [
    displayText(tenant.tenant),
    formatCount(tenant.snapshots),
    formatBytes(tenant.bytesReferenced),
    formatBytes(tenant.bytesUnique),
    formatBytes(tenant.bytesPacked),
    ratio(tenant.dedupRatio),
    ratio(tenant.compressionRatio),
    formatCount(tenant.blobs),
    formatCount(tenant.packs),
  ]);
  const numbers = ['SNAPSHOTS', 'REFERENCED', 'UNIQUE', 'PACKED', 'DEDUP', 'COMPRESSION', 'BLOBS', 'PACKS'];
  const columns = [{ title: 'TENANT' }, ...numbers.map((title) => ({ title, align: 'right' as const }))];
  return [
    ...tableLines(columns, rows),
    '',
    `${formatBytes(stats.bytesStored)} stored in ${formatNumberOf(stats.objects, 'object')}`,
  ];
}

async function run(context: Context): Promise<ExitCode> {
  await using repository = await openConfigured(context);
  const stats = await context.timed('count', () => repository.stats());
  if (context.json) await emitObject(context.output, 'RepositoryStats', stats);
  else await context.output.write(`${statsLines(stats).join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast backup stats`. */
export const backupStats: CommandDefinition = {
  path: ['backup', 'stats'],
  action: 'backup.list',
  aliases: ['storage'],
  summary: 'Show sizes, and what deduplication and compression save',
  examples: [{ call: 'holdfast backup stats', does: 'How much is stored, for whom?' }],
  output: { shape: 'RepositoryStats' },
  run,
};

import type { SnapshotKind } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { catalogRetention } from '../compose/catalog-retention.ts';
import { KEEP_OPTIONS, type KeepFlags } from '../compose/keep-options.ts';
import { filterOf, type FilterFlags } from '../compose/reference.ts';
import { demandPast } from '../config/past-moment.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { catalogTable } from '../render/catalog.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { LIST_OPTIONS } from './filter-options.ts';

interface CatalogFlags extends FilterFlags, KeepFlags {
  readonly module?: string | undefined;
  readonly kind?: readonly SnapshotKind[] | undefined;
  readonly since?: number | undefined;
  /** `false` with `--no-forgotten`. */
  readonly forgotten: boolean;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as CatalogFlags;
  await using repository = await openConfigured(context);
  const filter = filterOf(flags, context.workingDirectory);
  const retention = await catalogRetention(context, repository, flags);
  const wanted = { module: flags.module, kinds: flags.kind, after: flags.since ?? filter.after };
  const entries = await context.timed('read the catalog', () =>
    repository.catalog({ ...filter, ...wanted, forgotten: flags.forgotten, retention }),
  );
  if (context.json) {
    await emitObject(context.output, 'BackupCatalog', { entries });
  } else if (entries.length === 0) {
    context.messages.note('Nothing matches.');
  } else {
    const [head = '', ...rows] = catalogTable(entries);
    await context.output.write(`${[context.output.colors.bold(head), ...rows].join('\n')}\n`);
    for (const {
      id,
      retention: { reason },
    } of entries)
      context.messages.detail(`${shortId(id)}: ${displayText(reason)}`);
  }
  return EXIT.ok;
}

/** `holdfast backup catalog`. */
export const backupCatalog: CommandDefinition = {
  path: ['backup', 'catalog'],
  action: 'backup.list',
  summary: 'Browse all backups with their modules, checksums and checks, also those forgotten in the last 90 days',
  description:
    'Modules are shown with the beginnings of their digests, and as their paths what belongs to none. When a backup was last checked is what this machine remembers of `backup verify` and ' +
    '`backup validate`; of a forgotten one it is what the machine knew that forgot it. Until when each is kept is said by the policy that is named, else by the one of its tenant, ' +
    'else by retention.default of the configuration; --verbose and --json have the reasons.',
  options: [
    { flags: '--module <name>', description: 'only with a module or source of this name, path or glob' },
    {
      flags: '--kind <kind>',
      description: 'only of this kind; may be repeated',
      repeatable: true,
      choices: ['full', 'incremental', 'checkpoint', 'pre-deploy', 'safety'],
    },
    { flags: '--since <moment>', description: 'only since this moment: "30 days ago", 2026-11-01', parse: demandPast },
    { flags: '--no-forgotten', description: 'only what can be restored' },
    ...LIST_OPTIONS,
    ...KEEP_OPTIONS,
  ],
  examples: [
    { call: "holdfast backup catalog --since '30 days ago'", does: 'The last month, with what was forgotten' },
    {
      call: 'holdfast backup catalog --module database --policy "7d 4w 12m"',
      does: 'One module, and until when each would stay by this policy',
    },
  ],
  output: { shape: 'BackupCatalog' },
  run,
};

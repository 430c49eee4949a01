import type { Repository, SnapshotRecord } from '@x/backup-store';
import type { SharedStructure, StructureParts } from '@x/backup-store/structure';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { openConfigured } from './compose.ts';

/** Where the shared structure is, as options. */
export interface StructureFlags {
  readonly root?: string | undefined;
  readonly components?: readonly string[] | undefined;
  readonly styles?: readonly string[] | undefined;
  readonly i18n?: readonly string[] | undefined;
  readonly migrations?: readonly string[] | undefined;
}

/** The same, for the argument parser. */
export const STRUCTURE_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--root <folder>', description: 'folder that paths of the parts are relative to' },
  {
    flags: '--components <path>',
    description: 'folder of components below the root; may be repeated',
    repeatable: true,
  },
  { flags: '--styles <path>', description: 'styles below the root; may be repeated', repeatable: true },
  { flags: '--i18n <path>', description: 'texts of languages below the root; may be repeated', repeatable: true },
  { flags: '--migrations <path>', description: 'migrations below the root; may be repeated', repeatable: true },
];

/** Root and parts by options, or else by the configuration. @throws {CliError} `USAGE`. */
export async function structurePlace(
  context: Context,
  flags: StructureFlags,
): Promise<{ readonly root: string; readonly parts: StructureParts }> {
  const { settings, file } = await context.effective();
  const configured = file === undefined ? context.workingDirectory : resolvePath('..', file);
  const root =
    flags.root === undefined
      ? (settings['structure.root'] ?? configured)
      : resolvePath(flags.root, context.workingDirectory);
  const parts: StructureParts = {
    components: flags.components ?? settings['structure.components'] ?? [],
    styles: flags.styles ?? settings['structure.styles'] ?? [],
    i18n: flags.i18n ?? settings['structure.i18n'] ?? [],
    migrations: flags.migrations ?? settings['structure.migrations'] ?? [],
  };
  if (Object.values(parts).every((paths) => paths.length === 0)) {
    throw usageError(
      'Expected parts of the structure, got none',
      'Name them with --components, --styles, --i18n and --migrations, or in "structure" of holdfast.config.json.',
    );
  }
  return { root, parts };
}

/** Snapshots among these that are major versions of the structure, by their ids. */
export async function majorVersions(snapshots: readonly SnapshotRecord[]): Promise<ReadonlyMap<string, string>> {
  // Most are no versions of it, and need none of its code.
  const versions = snapshots.filter(({ tags }) => tags.includes('kept-by=structure'));
  if (versions.length === 0) return new Map();
  const { majorVersionOf } = await import('@x/backup-store/structure');
  const found = versions.map((each) => [each.id, majorVersionOf(each)] as const);
  return new Map(found.flatMap(([id, version]) => (version === undefined ? [] : [[id, version] as const])));
}

/** The configured repository with the structure in it; dispose of the repository. */
export async function openConfiguredStructure(
  context: Context,
): Promise<{ readonly repository: Repository; readonly structure: SharedStructure }> {
  const repository = await openConfigured(context);
  const { openStructure } = await import('@x/backup-store/structure');
  return { repository, structure: openStructure(repository) };
}

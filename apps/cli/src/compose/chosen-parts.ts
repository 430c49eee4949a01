import type { BackupOptions, BackupSource } from '@x/backup-store';
import type { Effective } from '../config/merge.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { hooked, type HookLines } from './hooks.ts';
import { chooseSources, type ChosenSources } from './sources.ts';
import { type StreamFlags, streamSources } from './streams.ts';
import { configuredModules, configuredStreams } from './tenant-modules.ts';

/** What names parts of a backup, beside paths. */
export interface ChosenFlags extends StreamFlags, HookLines {
  readonly module?: readonly string[] | undefined;
}

/** What is backed up. */
export interface ChosenParts {
  readonly sources: ChosenSources;
  readonly streams: readonly BackupSource[];
  readonly modules?: BackupOptions['modules'];
}

/** What is named, or else the modules of the tenant, or else what is configured for all. @throws {CliError} `USAGE`, `NOTHING_TO_BACK_UP`. */
export async function chosenParts(
  context: Context,
  effective: Effective,
  given: { readonly flags: ChosenFlags; readonly paths: readonly string[]; readonly exclude: readonly string[] },
): Promise<ChosenParts> {
  const { flags, paths, exclude } = given;
  const streams = await streamSources(flags, context);
  const withHooks = async (all: readonly BackupSource[]): Promise<readonly BackupSource[]> =>
    await hooked(all, flags, { what: 'the command line', folder: context.workingDirectory });
  const isNamed = streams.length + paths.length > 0;
  if (isNamed && flags.module !== undefined && flags.module.length > 0) {
    throw usageError(
      'Expected modules of the configuration alone, got paths or sources beside them',
      'Leave out --module, or what is named beside it.',
    );
  }
  const modules = isNamed ? undefined : await configuredModules(context, effective, flags.module);
  if (modules !== undefined) {
    const excluded = [...effective.settings['sources.exclude'], ...exclude];
    return {
      modules: await hookedModules(modules, withHooks),
      streams,
      sources: { paths: [], exclude: excluded, from: 'configuration' },
    };
  }
  // Whoever names something means that and nothing else.
  if (streams.length > 0 && paths.length === 0)
    return { streams: await withHooks(streams), sources: { paths, exclude, from: 'arguments' } };
  const sources = await chooseSources(context, effective, { paths, exclude });
  const configured = await configuredStreams(context, effective, sources.databases ?? []);
  return { sources, streams: await withHooks([...streams, ...configured]) };
}

/** Modules whose sources share hooks. */
async function hookedModules(
  modules: NonNullable<BackupOptions['modules']>,
  withHooks: (all: readonly BackupSource[]) => Promise<readonly BackupSource[]>,
): Promise<NonNullable<BackupOptions['modules']>> {
  const all = Object.entries(modules);
  const rest = [...(await withHooks(all.flatMap(([, { sources = [] }]) => sources)))];
  return Object.fromEntries(
    all.map(([name, module]) => [name, { ...module, sources: rest.splice(0, module.sources?.length ?? 0) }]),
  );
}

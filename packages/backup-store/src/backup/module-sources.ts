import { BackupError } from '../errors.ts';
import type { BackupOptions } from '../repository/contract.ts';
import { checkModuleName } from '../snapshots/modules.ts';
import type { BackupSource } from '../source/contract.ts';
import { type GivenPath, type SourceRoot, sourceRoots } from './source-roots.ts';

/** A source that is no file or folder, and the module it belongs to. */
export interface StreamSource {
  readonly source: BackupSource;
  readonly module?: string | undefined;
}

/** All that a backup reads but trees, with modules: in the order of the snapshot. */
export interface PlannedSources {
  readonly streams: readonly StreamSource[];
  readonly roots: readonly SourceRoot[];
}

/**
 * Puts together what stands in options by itself and what stands in modules; pure, but for the working directory.
 *
 * @throws {BackupError} `INVALID_OPTION` when there is nothing, for a name that is none, for an empty module, and for a path that is within a
 * path of another module.
 */
export function planSources(options: BackupOptions): PlannedSources {
  const { paths = [], sources = [], trees = [], modules = {}, base } = options;
  const given: GivenPath[] = paths.map((path) => ({ path }));
  const streams: StreamSource[] = sources.map((source) => ({ source }));
  for (const [module, parts] of Object.entries(modules)) {
    checkModuleName(module);
    const { paths: own = [], sources: ownSources = [], exclude } = parts;
    if (own.length + ownSources.length === 0) {
      throw new BackupError('INVALID_OPTION', `Expected paths or sources in the module "${module}", got none`, {
        hint: 'Leave a module out that has nothing.',
      });
    }
    given.push(...own.map((path) => ({ path, module, exclude })));
    streams.push(...ownSources.map((source) => ({ source, module })));
  }
  const isOther = streams.length > 0 || trees.length > 0;
  return { streams, roots: given.length === 0 && isOther ? [] : sourceRoots(given, base) };
}

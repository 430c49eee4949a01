import type { GroupBy, RetentionItem } from '@x/retention';
import { openConfigured } from './compose.ts';
import { readNamed } from './named-input.ts';
import type { KeepFlags } from './keep-options.ts';
import { type FilterFlags, filterOf } from './reference.ts';
import { type ItemSet, snapshotSets } from './retention.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';

/** Where items come from. */
export interface ItemFlags extends FilterFlags, KeepFlags {
  readonly items?: string | undefined;
}

/**
 * What a plan is about: the items of a file, or the snapshots of the repository.
 *
 * @throws {CliError} `UNREADABLE`, `USAGE`; what opening the repository throws.
 */
export async function itemSets(context: Context, flags: ItemFlags): Promise<readonly ItemSet[]> {
  if (flags.items === undefined) {
    await using repository = await openConfigured(context);
    return await snapshotSets(await repository.timeline(filterOf(flags, context.workingDirectory)), flags.groupBy);
  }
  const filters = [flags.host, flags.tag, flags.root].some((filter) => filter !== undefined);
  if (filters) {
    throw usageError(
      'Expected no --host, --tag or --root beside --items, got one',
      'They are about snapshots of the repository. Leave out of the file what the plan is not about.',
    );
  }
  const { settings } = await context.effective();
  const items = parseItems(await readItems(context, flags.items), flags.items);
  const groupBy = flags.groupBy === 'none' ? [] : flags.groupBy?.split(',').map((name) => name.trim());
  return [{ tenant: settings.tenant, items, groupBy: groupBy as GroupBy | undefined }];
}

async function readItems(context: Context, file: string): Promise<string> {
  return readNamed(context, file, 'items');
}

/** Items as a JSON array, or one a line. Pure. @throws {CliError} `USAGE`. */
function parseItems(text: string, file: string): readonly RetentionItem[] {
  const plain = text.replace(/^\uFEFF/, '').trim();
  if (plain === '') return [];
  const isList = plain.startsWith('[');
  const parts = isList ? [plain] : plain.split(/\r?\n/);
  const values = parts.flatMap((part, index): unknown[] => {
    if (part.trim() === '') return [];
    try {
      return [JSON.parse(part)];
    } catch {
      const where = isList ? file : `${file}, line ${index + 1}`;
      throw usageError(
        `Expected items as a JSON list or one object a line, got something else in ${where}`,
        'As [{"id": "monday", "time": "2026-01-26T02:00:00Z"}].',
      );
    }
  });
  // Whether each is an item, the plan says.
  return (isList ? values[0] : values) as RetentionItem[];
}

import type { PruneOptions } from '@x/backup-store';
import { demandDuration, parseDuration } from '../config/duration.ts';
import type { Settings } from '../config/fields.ts';
import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';

/** Checks only: the configuration file has durations as text, too. */
function duration(text: string): string {
  demandDuration(text);
  return text;
}

function percent(text: string): number {
  const value = /^\d+(\.\d+)?\s?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (value >= 0 && value <= 100) return value;
  throw usageError(
    `Expected a percentage from 0 to 100, got ${JSON.stringify(text)}`,
    'Write it as 5 or 5%: 0 writes every pack again that has something unused in it, 100 none.',
  );
}

/** How a prune goes about it. */
export const PRUNE_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--dry-run', description: 'show what would be deleted and what it costs; change nothing' },
  { flags: '--tenant <name>', description: 'only this tenant (default: all)' },
  {
    flags: '--max-unused <percent>',
    description:
      'percent of the stored bytes that may stay unused in packs that are needed in part: more leaves more behind, ' +
      'less writes more packs again (default: prune.maxUnusedPercent of the configuration, else 5)',
    parse: percent,
  },
  {
    flags: '--wait <duration>',
    description: 'how long to wait for backups that began before (default: prune.wait of the configuration, else 10m)',
    parse: duration,
  },
  {
    flags: '--fence-after <duration>',
    description:
      'end a backup that has shown no sign of life for this long (default: prune.fenceAfter of the configuration, else 1h)',
    parse: duration,
  },
];

/** How long a prune or a repair waits for backups, and when it ends them, of the settings in effect. */
export function patienceOf(settings: Settings): Pick<PruneOptions, 'waitMs' | 'fenceAfterMs'> {
  const { 'prune.wait': wait, 'prune.fenceAfter': fenceAfter } = settings;
  return {
    waitMs: wait === undefined ? undefined : parseDuration(wait),
    fenceAfterMs: fenceAfter === undefined ? undefined : parseDuration(fenceAfter),
  };
}

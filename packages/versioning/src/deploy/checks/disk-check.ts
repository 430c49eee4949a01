import { statfs } from 'node:fs/promises';
import type { Check } from './contract.ts';
import { type CheckTiming, type Finding, measuredCheck } from './measured-check.ts';

/** Options of {@link diskCheck}. */
export interface DiskCheckOptions extends CheckTiming {
  /** A folder or file of the file system that is meant. */
  readonly path: string;
  /** More used than this is a `warn`, in percent. Default: 80. */
  readonly warnPercent?: number | undefined;
  /** More used than this is a `fail`, in percent. Default: 90. */
  readonly failPercent?: number | undefined;
  /** Fewer bytes left than this is a `fail`, whatever their share. Default: 0. */
  readonly minFreeBytes?: number | undefined;
}

/** How full a file system is. */
export interface DiskUse {
  /** Of what people without special rights may use, as `df` counts it. */
  readonly usedPercent: number;
  readonly freeBytes: number;
}

/** Reads how full the file system of a path is. @throws The system's error, where the path is not there. */
export async function readDiskUse(path: string): Promise<DiskUse> {
  const { blocks, bfree, bavail, bsize } = await statfs(path);
  const used = blocks - bfree;
  // What is kept for root counts neither as used nor as free.
  const usable = used + bavail;
  return { usedPercent: usable === 0 ? 0 : (used / usable) * 100, freeBytes: bavail * bsize };
}

/**
 * Whether a file system has room.
 *
 * @example
 * ```ts
 * import { diskCheck } from '@x/versioning/deploy';
 *
 * const { outcome, found } = await diskCheck({ path: '.', failPercent: 95 }).run({});
 * console.log(outcome, found); // ok 61 % used, 120,000 MB free
 * ```
 */
export function diskCheck(options: DiskCheckOptions): Check {
  const { path, warnPercent = 80, failPercent = 90, minFreeBytes = 0 } = options;
  const least = minFreeBytes > 0 ? `, at least ${megabytes(minFreeBytes)} free` : '';
  return measuredCheck(
    {
      kind: 'disk',
      name: `disk ${path}`,
      limit: `at most ${failPercent} % used (warns above ${warnPercent} %)${least}`,
      hint: 'Check the path.',
      async measure(): Promise<Finding> {
        const { usedPercent, freeBytes } = await readDiskUse(path);
        const found = `${Math.round(usedPercent)} % used, ${megabytes(freeBytes)} free`;
        const isFull = usedPercent > failPercent || freeBytes < minFreeBytes;
        const outcome = isFull ? 'fail' : usedPercent > warnPercent ? 'warn' : 'ok';
        const hint = outcome === 'ok' ? undefined : 'Remove old releases and logs, or give it more room.';
        return { outcome, found, hint };
      },
    },
    options,
  );
}

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1e6).toLocaleString('en')} MB`;

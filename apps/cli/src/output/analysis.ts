import { z } from 'zod';
import { durationMs, make, problem } from './parts.ts';

const profile = z.enum(['none', 'fast', 'balanced', 'maximum']);
const ratio = z.number().describe('content divided by what would be stored of it');
const sizeClass = z.strictObject({ files: make.count('files'), bytes: make.bytes('content') });

const analysis = z.strictObject({
  path: z.string().describe('absolute'),
  files: make.count('files with content'),
  bytes: make.bytes('their content'),
  sizeCategory: z
    .enum(['empty', 'tiny', 'small', 'medium', 'large'])
    .describe('`tiny`: below 1 MiB; `small`: below 100 MiB; `medium`: below 10 GiB'),
  small: sizeClass.describe('files below 256 KiB, which are compressed together'),
  large: sizeClass.describe('all others'),
  complete: z.boolean().describe('whether every entry was looked at; if not, all of this is about those that were'),
  sample: z
    .strictObject({
      files: make.count('files that were read, in whole or in part'),
      bytes: make.bytes('read and compressed with every profile'),
      frames: make.count('pieces of these that were compressed at once'),
    })
    .describe('what the forecasts rest on'),
  kinds: z
    .array(
      z.strictObject({
        kind: z.string().describe('`sql-dump`, `json`, `table`, `log`, `source`, `executable`, `image`, `packed`, …'),
        formats: z.array(z.string()).describe('formats that were met, such as `png`'),
        bytes: make.bytes('estimate of how much there is'),
        entropy: z.number().min(0).max(8).describe('bits a byte, of single bytes'),
        ratios: z.strictObject({ none: ratio, fast: ratio, balanced: ratio, maximum: ratio }),
      }),
    )
    .describe('largest first'),
  earlier: z
    .array(
      z.strictObject({
        kind: z.string(),
        profile: z.enum(['none', 'fast', 'balanced', 'maximum', 'auto']),
        snapshots: make.count('snapshots that stored some of it'),
        bytes: make.bytes('content that was new then'),
        ratio,
        compressSeconds: z.number().describe('seconds of processors that compressing took'),
      }),
    )
    .describe('what earlier backups in the configured repository came to with these kinds, most first'),
  workers: make.count('threads that the forecasts count on'),
  profiles: z.array(
    z.strictObject({
      profile,
      bytesStored: make.bytes('content as it would be stored, without what deduplication saves'),
      ratio,
      processorSeconds: z.number().describe('seconds of one processor to hash, compress and encrypt it'),
      seconds: z.number().describe('the same, shared among the workers'),
      fits: z.boolean().optional().describe('whether it fits into the free space, where that is known'),
    }),
  ),
  target: z
    .strictObject({ location: z.string(), freeBytes: make.bytes('free there').optional() })
    .optional()
    .describe('with `--to`'),
  recommended: z.strictObject({ profile, reason: z.string() }),
  reasons: z.array(z.string()).describe('what led to it'),
  problems: z.array(problem).describe('what could not be read'),
  durationMs,
});

const dumpKind = z
  .enum(['gzip', 'zstd', 'postgresql', 'postgresql-archive', 'mysql', 'sqlite-sql', 'sqlite', 'redis', 'unknown'])
  .describe('what it was taken for');

const check = z.strictObject({
  path: z.string().describe('absolute'),
  kind: dumpKind,
  verdict: z
    .enum(['sound', 'damaged', 'incomplete', 'unknown'])
    .describe('`unknown`: nothing in the file can tell, which is not to say that it is sound'),
  detail: z.string().describe('what was found, and what such a file can not show'),
  bytes: make.bytes('of the file'),
  layers: z
    .array(
      z.strictObject({
        kind: dumpKind,
        bytes: make.bytes('in this form that were read'),
        detail: z.string().describe('what was found there'),
      }),
    )
    .describe('forms of the content, from the file itself inwards'),
});

export const analysisRun = z.strictObject({
  analyses: z.array(analysis).describe('one for each path; empty with `--verify`'),
  checks: z.array(check).describe('one for each file, with `--verify`'),
});

import { z } from 'zod';
import { make } from './parts.ts';

const stream = z.enum(['structured', 'audit', 'performance']);

export const logRecord = z.strictObject({
  stream,
  time: make.iso('when it was; of a line without a time that of the one before'),
  level: z.string().optional().describe('`trace` to `fatal`'),
  name: z.string().optional().describe('of the logger, the event or the span'),
  message: z.string().optional(),
  tenant: z.string().optional(),
  fields: z.record(z.string(), z.unknown()).describe('all that stands in the line'),
  unparsable: z.boolean().describe('whether the line is no JSON object; it is `fields.msg` then'),
  file: z.string().describe('name of the file'),
  cursor: z.string().describe('for `--after`: to go on after this record'),
});

const head = z.strictObject({
  origin: z.string().describe('name of the chain'),
  size: make.count('records that the log ever had'),
  root: make.sha256('root of the Merkle tree over them'),
});

export const logsVerification = z.strictObject({
  ok: z.boolean(),
  findings: z.array(
    z.strictObject({
      kind: z.string().describe('such as `bad-entry`, `missing-segment`, `cut-tail`, `fork`, `bad-cut`'),
      message: z.string(),
      number: z.int().optional().describe('of the first record that is concerned'),
      file: z.string().optional(),
    }),
  ),
  records: make.count('records that were looked at'),
  first: make.count('number of the first record that is kept'),
  head: head.describe('where the log ends: keep it elsewhere, and give it to `--remembered`'),
  covered: make.count('records that are those of a signed checkpoint or a remembered head'),
  checkpoints: make.count('checkpoints that were compared'),
  tornBytes: make.bytes('a last line that was never acknowledged'),
});

export const logsBundle = z.strictObject({
  ok: z.boolean(),
  problems: z.array(z.string()),
  records: make.count('records in it'),
  query: z.string().describe('what was asked for'),
  made: z.string().describe('when it was made, as its maker says'),
  host: z.string().describe('machine that made it'),
});

export const logsStats = z.strictObject({
  directory: z.string(),
  streams: z.array(
    z.strictObject({
      stream,
      files: make.count('files'),
      bytes: make.bytes('as they are stored'),
      records: make.count('records'),
      unparsable: make.count('of these, lines that are no JSON objects'),
      from: make.iso('the first').optional(),
      to: make.iso('the last').optional(),
      unreadable: make.count('files that are damaged, or can’t be read'),
    }),
  ),
  spans: z.array(
    z.strictObject({
      name: z.string(),
      count: make.count('spans'),
      failed: make.count('of these, failed ones'),
      minMs: z.number(),
      meanMs: z.number(),
      maxMs: z.number(),
      p50Ms: z.number().describe('half of them took no longer; right to one percent'),
      p95Ms: z.number(),
      p99Ms: z.number(),
    }),
  ),
  counts: z.array(z.strictObject({ name: z.string(), records: make.count('records'), sum: z.number() })),
});

export const logsExported = z.strictObject({
  output: z.string().describe('file or folder that was written'),
  format: z.enum(['ndjson', 'csv', 'bundle']),
  records: make.count('records in it'),
});

export const logsCleaned = z.strictObject({
  dryRun: z.boolean(),
  files: z.array(z.strictObject({ stream, file: z.string(), day: z.string(), bytes: make.bytes('as it is stored') })),
  bytes: make.bytes('in all of them'),
  kept: make.count('files that stay'),
});

export const logsCheckpoint = z.strictObject({
  head,
  note: z.string().describe('the signed text (C2SP, tlog-checkpoint)'),
});

export const logsImported = z.strictObject({ lines: make.count('lines that were taken') });

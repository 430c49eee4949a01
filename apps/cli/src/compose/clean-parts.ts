import { existsSync } from 'node:fs';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';
import { EXIT } from '../process/exit-codes.ts';
import { logsDirectory } from './logs.ts';
import { TailStream } from './tail-stream.ts';

/** What can be forgotten by a policy: each is a command of its own, which this runs. */
export interface CleanPart {
  readonly part: 'backups' | 'structure' | 'models' | 'releases' | 'logs' | 'space';
  readonly argv: readonly string[];
  /** Why there is nothing to do. */
  readonly skipped?: string | undefined;
}

/** What became of a part. */
export interface CleanedPart {
  readonly part: CleanPart['part'];
  readonly command: string;
  readonly status: 'done' | 'skipped' | 'failed';
  readonly exitCode?: number | undefined;
  /** What the command said last, or why nothing was done. */
  readonly said: string;
}

/** All parts, in the order in which they are cleaned: space is freed last. Pure, but for a look whether there are logs. */
export function cleanParts(context: Context, effective: Effective, dryRun: boolean): readonly CleanPart[] {
  const { settings } = effective;
  const flags = dryRun ? ['--dry-run'] : [];
  const unless = (isThere: boolean, why: string): string | undefined => (isThere ? undefined : why);
  const hasRepository = settings.repository !== undefined;
  const noRepository = unless(hasRepository, 'no repository is configured');
  return [
    { part: 'backups', argv: ['backup', 'forget', ...flags], skipped: noRepository },
    { part: 'structure', argv: ['structure', 'forget', ...flags], skipped: noRepository },
    { part: 'models', argv: ['models', 'cleanup', ...flags], skipped: noRepository },
    {
      part: 'releases',
      argv: ['deploy', 'clean', ...flags],
      skipped: unless(settings['deploy.root'] !== undefined, 'nothing is deployed from here'),
    },
    {
      part: 'logs',
      argv: ['logs', 'clean', ...flags],
      skipped: unless(existsSync(logsDirectory(context, effective)), 'there are no logs'),
    },
    { part: 'space', argv: ['backup', 'prune', ...flags], skipped: noRepository },
  ];
}

/** Runs one part. Where nothing says what stays, nothing goes. */
export async function cleanPart(context: Context, { part, argv, skipped }: CleanPart): Promise<CleanedPart> {
  const command = argv.join(' ');
  if (skipped !== undefined) return { part, command, status: 'skipped', said: skipped };
  const [stdout, stderr] = [new TailStream(), new TailStream()];
  const exitCode = await context.call({ argv, stdout, stderr, signal: context.signal });
  const lastOf = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';
  if (exitCode === EXIT.ok || exitCode === EXIT.partial)
    return {
      part,
      command,
      status: 'done',
      exitCode,
      said: lastOf(stdout.text()) || lastOf(stderr.text()) || 'nothing to do',
    };
  const said =
    stderr
      .text()
      .trim()
      .split('\n')
      .find((line) => !line.startsWith('hint:'))
      ?.trim() ?? `exit code ${exitCode}`;
  const isUnsaid = part === 'backups' && said.includes('Expected snapshots or a policy');
  if (isUnsaid) return { part, command, status: 'skipped', exitCode, said: 'no policy says what stays' };
  return { part, command, status: 'failed', exitCode, said };
}

import { activeReleases } from '../compose/active-releases.ts';
import { openReleases, RELEASE_OPTIONS } from '../compose/releases.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { releaseTable } from '../render/release.ts';
import { displayText } from '../render/text.ts';

interface ListFlags {
  readonly channel?: string | undefined;
  readonly limit?: number | undefined;
  /** `false` with `--no-yanked`. */
  readonly yanked: boolean;
}

function limit(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usageError(`Expected a number of releases, got ${JSON.stringify(text)}`, 'Write a whole number from 1 on.');
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { channel, limit: most, yanked } = input.options as ListFlags;
  const { manager, store } = await openReleases(context);
  const { signal, output, messages } = context;
  const releases = await manager.listReleases({ channel, limit: most, yanked, signal });
  const active = Object.fromEntries(
    (await activeReleases(context, manager)).map((each) => [each.channel, each.version]),
  );
  if (context.json) {
    await emitObject(output, 'ReleaseList', { store, releases, active });
  } else if (releases.length === 0) {
    messages.note(`No releases${channel === undefined ? '' : ` of the channel ${displayText(channel)}`} in ${store}.`);
  } else {
    const [head = '', ...rows] = releaseTable(releases, active);
    await output.write(`${[output.colors.bold(head), ...rows].join('\n')}\n`);
  }
  return EXIT.ok;
}

/** `holdfast release list`. */
export const releaseList: CommandDefinition = {
  path: ['release', 'list'],
  action: 'release.read',
  summary: 'List the releases, newest first',
  description: '`*` marks what is active: the highest version of each channel that was not yanked.',
  options: [
    { flags: '--channel <name>', description: 'only those of this channel' },
    { flags: '--limit <n>', description: 'no more than this many', parse: limit },
    { flags: '--no-yanked', description: 'without those that were yanked' },
    ...RELEASE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast release list', does: 'All of them' },
    { call: 'holdfast release list --channel stable --limit 5 --no-yanked', does: 'The last that anybody should use' },
  ],
  output: { shape: 'ReleaseList' },
  run,
};

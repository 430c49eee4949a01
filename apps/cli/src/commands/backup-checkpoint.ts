import type { CommandDefinition } from '../program/command.ts';
import { backupCreate, createSnapshot } from './backup-create.ts';

/** Of what a backup takes: not what says how content is read and stored. */
const TAKEN: ReadonlySet<string> = new Set([
  '--since',
  '--name',
  '--note',
  '--tenant',
  '--tag',
  '--module',
  '--source',
  '--source-command',
  '--atomic',
  '--exclude',
  '--dry-run',
]);

/** `holdfast backup checkpoint`. */
export const backupCheckpoint: CommandDefinition = {
  path: ['backup', 'checkpoint'],
  action: 'backup.create',
  whose: 'configured',
  summary: 'Note what is there now, without reading any content',
  description:
    'Names, sizes, times and modes of all files, and the content of those that have not changed since the last backup. ' +
    'A restore of it brings those back, and names the files that had changed: it leaves them as they are. Databases and programs are ' +
    'only checked. Sources are chosen as `backup create` does; `latest` never means a checkpoint, and no backup is compared with one.',
  arguments: backupCreate.arguments,
  options: backupCreate.options?.filter(({ flags }) => TAKEN.has(flags.split(' ')[0] ?? '')),
  examples: [
    { call: 'holdfast backup checkpoint', does: 'What is in the configured sources now?' },
    { call: 'holdfast backup checkpoint /srv/uploads --name before-cleanup', does: 'One folder, with a name' },
  ],
  output: { shape: 'BackupRun' },
  run: async (context, input) =>
    createSnapshot(context, { ...input, options: { ...input.options, kind: 'checkpoint' } }),
};

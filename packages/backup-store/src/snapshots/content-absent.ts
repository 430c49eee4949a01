import { BackupError } from '../errors.ts';

/** The error for a file of which a checkpoint has the metadata alone. */
export const contentAbsent = (path: string): BackupError =>
  new BackupError('CONTENT_ABSENT', `Expected the content of ${path}, got a checkpoint without it`, {
    hint: 'Take a snapshot of another kind: the one before this checkpoint, or the one after it.',
  });

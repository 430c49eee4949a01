type Hints = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Instead of what packages say to those who call them: they name options of functions. */
const INSTEAD: Hints = {
  BackupError: {
    NOT_A_REPOSITORY: 'Check --repo or HOLDFAST_REPO; `holdfast init` makes a repository there.',
    SAFETY_INCOMPLETE:
      'Nothing was changed. See to it that all of it can be read; --no-safety-backup restores without a way back.',
  },
  IntegrityError: {
    LEGACY_ALGORITHM: 'Use sha256 for new data. To compare with old values, allow md5 and sha1 with --legacy.',
    PASSPHRASE_NEEDED: 'Name a file with the passphrase of the key: --key-passphrase-file FILE.',
    WRONG_PASSPHRASE: 'Check the file named by --key-passphrase-file.',
  },
  FlagError: {
    INVALID_FLAGS:
      '`holdfast flags lint` names every mistake of a file and its place; a change is refused only for those that it makes or leaves in what it names.',
    UNREADABLE_SOURCES: 'Check the path, and that you may read it; or leave it out with --exclude.',
  },
  ModelError: {
    TARGET_EXISTS: 'Choose another path, or replace the file with --overwrite.',
    MODEL_NOT_FOUND:
      '`holdfast models list` names those that there are; `holdfast models add` adds the first version of one.',
  },
  RetentionError: {
    REMOVES_ALL: 'Nothing was forgotten. Keep something, or name the snapshots by their ids.',
    INVALID_POLICY: 'An example: --policy "7d 4w 12m"; as JSON: {"daily": 7, "weekly": 4, "monthly": 12}.',
  },
};

/** Where packages say nothing. */
const ELSE: Hints = {
  IntegrityError: {
    INVALID_MANIFEST: '`holdfast integrity manifest DIR --output FILE` makes a manifest; a SHA256SUMS is one too.',
    INVALID_KEY: '`holdfast integrity keygen FILE` makes FILE to sign with, and FILE.pub to verify with.',
    INVALID_SIGNATURE: '`holdfast integrity sign PATH --key FILE` makes a signature.',
    INVALID_ENVELOPE: '`holdfast integrity sign PATH --key FILE` makes a signature.',
    INVALID_PROOF: '`holdfast integrity prove PATH --manifest FILE --output PROOF` makes a proof.',
    INVALID_OPTION: 'See --help of the command.',
  },
};

/** What to do about an error of a package, in the words of the command line. */
export function hintOf(error: {
  readonly name: string;
  readonly code: string;
  readonly hint?: string | undefined;
}): string | undefined {
  const { name, code, hint } = error;
  return INSTEAD[name]?.[code] ?? hint ?? ELSE[name]?.[code];
}

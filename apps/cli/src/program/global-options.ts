import type { OptionDefinition } from './command.ts';

/** The options that every command takes, before or after its name. */
export const GLOBAL_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--repo <location>', description: 'folder or URL of the repository (HOLDFAST_REPO)' },
  { flags: '--key-store <location>', description: 'folder or URL of its keyring, if elsewhere (HOLDFAST_KEY_STORE)' },
  { flags: '--key-file <file>', description: 'key file that opens it (HOLDFAST_KEY_FILE)' },
  {
    flags: '--identity <file>',
    description: 'file with an identity of age that opens it (HOLDFAST_IDENTITY_FILE); its passphrase as below',
  },
  {
    flags: '--passphrase-file <file>',
    description:
      'file with the passphrase, - for standard input (HOLDFAST_PASSPHRASE_FILE; the passphrase itself: HOLDFAST_PASSPHRASE)',
  },
  { flags: '--recovery', description: 'open with the recovery code, which is asked for' },
  {
    flags: '--recovery-code-file <file>',
    description: 'open with the recovery code in this file, - for standard input',
  },
  { flags: '--config <file>', description: 'configuration file (default: the nearest holdfast.config.json)' },
  { flags: '-v, --verbose', description: 'list every problem and file' },
  { flags: '--debug', description: 'timings, events and causes of errors on standard error' },
  { flags: '-q, --quiet', description: 'no progress, no summary; results and errors only' },
  { flags: '--no-color', description: 'no colours (NO_COLOR)' },
  { flags: '--json', description: 'one JSON object on standard output (JSON Lines for some: see the reference)' },
];

/** What opens a repository. Secrets are never written to logs, errors or process arguments. */
export type Unlock =
  /** Path of a key file made by `createRepository`. */
  | { readonly keyFile: string }
  | { readonly passphrase: string }
  /** The code printed once at creation; blanks, dashes and case do not matter. */
  | { readonly recoveryCode: string }
  /** Path of a file of age identities, as `age-keygen` makes it; the passphrase when the file is encrypted. */
  | { readonly identityFile: string; readonly passphrase?: string | undefined };

import { readFile } from 'node:fs/promises';

/** Where a secret comes from. It is read when it is needed, and never shown, logged or passed as an argument. */
export type Secret =
  /** A variable of this process. */
  | { readonly env: string }
  /** A file with nothing else in it; a line break at its end is no part of it. */
  | { readonly file: string }
  /** Whatever gives it, as a vault. */
  | (() => string | Promise<string>);

/** Reads a secret. @throws An error that names the place and says nothing of the content. */
export async function readSecret(secret: Secret): Promise<string> {
  if (typeof secret === 'function') return await secret();
  if ('env' in secret) {
    const value = process.env[secret.env];
    if (value === undefined || value === '') throw new Error(`the variable ${secret.env} is not set`);
    return value;
  }
  const value = (await readFile(secret.file, 'utf8')).replace(/\r?\n$/, '');
  if (value === '') throw new Error(`${secret.file} is empty`);
  return value;
}

import { BackupError } from '../errors.ts';

/** Most bytes of a tenant's name, as UTF-8. */
const MAX_NAME_BYTES = 128;

/**
 * Control characters, ends of lines and paragraphs, all that turns the direction of text around, and what has no width and joins
 * nothing: two names that look the same must not be two, and a name must not change how a list around it reads.
 */
const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060\ufeff]/u;

/**
 * The one form of a tenant's name: NFC (Unicode Standard Annex 15), in any script. Names that are the same after that are one.
 *
 * @throws {BackupError} `INVALID_OPTION`.
 */
export function tenantName(text: string): string {
  const name = text.normalize('NFC');
  const bytes = Buffer.byteLength(name);
  const reason =
    bytes === 0 || bytes > MAX_NAME_BYTES
      ? `got ${bytes} bytes`
      : !name.isWellFormed()
        ? 'got half of a character'
        : FORBIDDEN.test(name)
          ? 'got control, direction or invisible characters'
          : name.trim() !== name
            ? 'got blanks at an end'
            : undefined;
  if (reason === undefined) return name;
  throw new BackupError(
    'INVALID_OPTION',
    `Expected a tenant name of 1 to ${MAX_NAME_BYTES} bytes, of letters, marks, digits, signs and blanks, ${reason}`,
    { hint: 'Names may be in any script.' },
  );
}

/** The form in which a name is looked for: one that no tenant can have is found nowhere. */
export const wantedName = (text: string): string => text.normalize('NFC');

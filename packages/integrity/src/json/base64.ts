import { fromBase64 } from '../encoding.ts';

const URL_SAFE = /^[A-Za-z0-9_-]*={0,2}$/;

/**
 * Reads base64 of RFC 4648 section 4 or, with `urlSafe`, also of section 5. Padding may be missing in the URL-safe form
 * only. Stricter than `Buffer.from`: no other letters, no mixed alphabets, no stray bits at the end (section 3.5), so that
 * a value has one text form per alphabet.
 *
 * @returns `undefined` for any other text.
 */
export function decodeBase64(text: string, { urlSafe = false }: { urlSafe?: boolean } = {}): Buffer | undefined {
  const standard = fromBase64(text);
  if (standard !== undefined) return Buffer.from(standard.buffer);
  if (!urlSafe || !URL_SAFE.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  const bare = bytes.toString('base64url');
  const padded = bare.padEnd(Math.ceil(bare.length / 4) * 4, '=');
  return text === bare || text === padded ? bytes : undefined;
}

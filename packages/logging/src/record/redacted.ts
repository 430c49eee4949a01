import { plainMembers } from './plain-value.ts';
import { redaction, type RedactOptions } from './redaction.ts';

const LIMITS = { maxTextLength: 16_384, maxDepth: 8, maxMembers: 1000 };

/**
 * An object as plain JSON without what gives access, by the rules that logs are written by: for what goes elsewhere, as notices do. Never throws.
 *
 * @example
 * ```ts
 * import { redacted } from '@x/logging';
 *
 * console.log(redacted({ password: 'swordfish', at: 'https://ann:swordfish@example.com' }));
 * ```
 */
export function redacted(members: object, options: RedactOptions = {}): Record<string, unknown> {
  return plainMembers(members, { ...LIMITS, redaction: redaction(options) });
}

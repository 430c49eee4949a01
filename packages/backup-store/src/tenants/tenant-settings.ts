import { canonicalJson } from '../bytes/canonical-json.ts';
import { BackupError } from '../errors.ts';
import type { TenantState } from '../keyring/tenant.ts';
import type { TenantAct } from '../repository/erasure-contract.ts';
import type { TenantChange } from '../repository/tenants-contract.ts';

const MAX_POLICY_BYTES = 16 * 1024;
const MAX_TEXT_BYTES = 1024;

/** The settings after a change. @throws {BackupError} `INVALID_OPTION`. */
export function changedSettings(
  before: TenantState,
  { quotaBytes, retention }: TenantChange,
): Pick<TenantState, 'quotaBytes' | 'retention'> {
  if (quotaBytes !== undefined && quotaBytes !== null && !(Number.isSafeInteger(quotaBytes) && quotaBytes > 0)) {
    throw new BackupError('INVALID_OPTION', `Expected a quota of 1 byte or more, got ${quotaBytes}`, {
      hint: 'Take a quota away to have none.',
    });
  }
  if (retention !== undefined && retention !== null) checkPolicy(retention);
  return {
    quotaBytes: quotaBytes === undefined ? before.quotaBytes : (quotaBytes ?? undefined),
    retention: retention === undefined ? before.retention : (retention ?? undefined),
  };
}

function checkPolicy(retention: unknown): void {
  const isObject = typeof retention === 'object' && !Array.isArray(retention);
  if (!isObject)
    throw new BackupError('INVALID_OPTION', `Expected a retention policy as an object, got ${typeof retention}`);
  const bytes = Buffer.byteLength(canonicalJson(retention));
  if (bytes > MAX_POLICY_BYTES)
    throw new BackupError(
      'INVALID_OPTION',
      `Expected a retention policy of at most ${MAX_POLICY_BYTES} bytes, got ${bytes}`,
    );
}

/** Who does something and why, in full. @throws {BackupError} `INVALID_OPTION`. */
export function checkedAct({ by, reason }: TenantAct): TenantAct {
  for (const [what, text] of Object.entries({ by, reason })) {
    const bytes = Buffer.byteLength(text);
    const isOne = bytes > 0 && bytes <= MAX_TEXT_BYTES && text.trim() !== '' && !/\p{Cc}/u.test(text);
    if (!isOne)
      throw new BackupError(
        'INVALID_OPTION',
        `Expected \`${what}\` to be one line of 1 to ${MAX_TEXT_BYTES} bytes, got ${bytes}`,
        { hint: 'Say who does it (`by`) and why (`reason`): it is kept, and shown to whoever asks.' },
      );
  }
  return { by, reason };
}

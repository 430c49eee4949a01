import { VersioningError } from '../errors.ts';

/** A component of a bill, as far as two bills are compared. */
export interface BillComponent {
  readonly name: string;
  readonly version: string;
}

/**
 * The components that a bill of ours lists: CycloneDX 1.6 and 1.7, and SPDX 2.3.
 *
 * @throws {VersioningError} `RELEASE_DAMAGED` for something else.
 */
export function billComponents(bytes: Uint8Array): readonly BillComponent[] {
  const { components, packages, bomFormat, spdxVersion } = parsed(bytes);
  const list = bomFormat === 'CycloneDX' ? components : typeof spdxVersion === 'string' ? packages : undefined;
  if (list === undefined && bomFormat !== 'CycloneDX') throw notABill();
  return (Array.isArray(list) ? list : []).flatMap((each: unknown): BillComponent[] => {
    const { group, name, version, versionInfo } = fieldsOf(each);
    if (typeof name !== 'string') return [];
    const number = version ?? versionInfo;
    const whole = typeof group === 'string' && group !== '' ? `${group}/${name}` : name;
    return [{ name: whole, version: typeof number === 'string' ? number : '' }];
  });
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return fieldsOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    throw notABill();
  }
}

function notABill(): VersioningError {
  return new VersioningError('RELEASE_DAMAGED', 'Expected a bill of materials, got something else', {
    hint: 'Verify the release: its bill is not what it was.',
  });
}

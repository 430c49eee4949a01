import { VersioningError } from '../errors.ts';
import { type Fields, isFields } from '../sbom/lockfile/place.ts';

/** A component of a bill, as far as two bills are compared. */
export interface BillComponent {
  /** With the scope: `@acme/store`. */
  readonly name: string;
  /** Empty where the bill has none. */
  readonly version: string;
}

/**
 * The components that a bill of ours lists, without what the bill is about: CycloneDX 1.6 and 1.7, and SPDX 2.3.
 *
 * @throws {VersioningError} `RELEASE_DAMAGED` for something else.
 */
export function billComponents(bytes: Uint8Array): readonly BillComponent[] {
  const bill = parsed(bytes);
  if (bill['bomFormat'] === 'CycloneDX') return listed(bill['components'] ?? []).map(cycloneDxComponent);
  if (bill['spdxVersion'] !== 'SPDX-2.3') throw notABill();
  const subjects = new Set(
    listed(bill['relationships'] ?? [])
      .filter(({ relationshipType }) => relationshipType === 'DESCRIBES')
      .map(({ relatedSpdxElement }) => relatedSpdxElement),
  );
  return listed(bill['packages'])
    .filter(({ SPDXID }) => !subjects.has(SPDXID))
    .map(({ name, versionInfo }) => component(name, versionInfo));
}

function cycloneDxComponent({ group, name, version }: Fields): BillComponent {
  // The scope of npm is a group there.
  const whole = typeof group === 'string' && group !== '' && typeof name === 'string' ? `${group}/${name}` : name;
  return component(whole, version);
}

function component(name: unknown, version: unknown): BillComponent {
  if (typeof name !== 'string' || (version !== undefined && typeof version !== 'string')) throw notABill();
  return { name, version: version ?? '' };
}

function listed(list: unknown): readonly Fields[] {
  if (!Array.isArray(list) || !list.every(isFields)) throw notABill();
  return list;
}

function parsed(bytes: Uint8Array): Fields {
  try {
    const bill: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isFields(bill)) return bill;
  } catch {
    // Not JSON: refused below.
  }
  throw notABill();
}

function notABill(): VersioningError {
  return new VersioningError('RELEASE_DAMAGED', 'Expected a bill of materials, got something else', {
    hint: 'Verify the release: its bill is not what it was.',
  });
}

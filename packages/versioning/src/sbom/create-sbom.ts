import { shown, VersioningError } from '../errors.ts';
import { type Bill, type SbomSubject, selectBill } from './bill.ts';
import { cycloneDx } from './cyclonedx.ts';
import type { LockfileGraph } from './graph.ts';
import { spdx } from './spdx.ts';

/** The formats that are written, all as JSON. */
export type SbomFormat = 'cyclonedx-1.6' | 'cyclonedx-1.7' | 'spdx-2.3';

/** Options of {@link createSbom}. */
export interface SbomOptions {
  readonly format: SbomFormat;
  /** What the bill is about. */
  readonly component: SbomSubject;
  /**
   * When the bill was made, to the second: that of the release's commit makes it reproducible. CycloneDX may go without; SPDX asks
   * for it.
   */
  readonly timestamp?: Date | string | undefined;
  /** Leaves out what only development needs. Default: `false`; it is marked. */
  readonly omitDev?: boolean | undefined;
  /** Only one workspace, by path or name, with what it needs. Default: the whole repository. */
  readonly workspace?: string | undefined;
}

/**
 * Writes a software bill of materials: every component with its purl, digests and licence, and what needs what.
 *
 * The same graph and options give the same bytes, wherever and whenever: lists are sorted by code units, members have a fixed
 * order, and the serial number (CycloneDX) or name space (SPDX) is a UUID of version 5 made from the SHA-256 of the content.
 *
 * @returns JSON with two spaces for each level and a newline at the end.
 * @throws {VersioningError} `INVALID_OPTION`.
 * @example
 * ```ts
 * import { createSbom, parseLockfile } from '@x/versioning';
 *
 * const graph = parseLockfile(JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'shop' } } }));
 * const sbom = createSbom(graph, { format: 'cyclonedx-1.6', component: { name: 'shop', version: '1.2.3' }, omitDev: true });
 * console.log(sbom);
 * ```
 */
export function createSbom(graph: LockfileGraph, options: SbomOptions): string {
  const { format, component, omitDev = false, workspace } = options;
  const timestamp = options.timestamp === undefined ? undefined : toTheSecond(options.timestamp);
  if (component.name === '') throw new VersioningError('INVALID_OPTION', 'Expected a name for the component, got ""');
  const bill = { subject: component, timestamp, ...selectBill(graph, { omitDev, workspace }) };
  return `${JSON.stringify(documentOf(format, bill), undefined, 2)}\n`;
}

function documentOf(format: SbomFormat, bill: Bill): unknown {
  switch (format) {
    case 'cyclonedx-1.6':
      return cycloneDx(bill, '1.6');
    case 'cyclonedx-1.7':
      return cycloneDx(bill, '1.7');
    case 'spdx-2.3':
      if (bill.timestamp !== undefined) return spdx(bill);
      throw new VersioningError('INVALID_OPTION', 'Expected a timestamp for SPDX 2.3, got none', {
        hint: 'SPDX asks when a document was made: the time of the commit keeps it reproducible.',
      });
    default:
      throw new VersioningError('INVALID_OPTION', `Expected a format of SBOM, got ${shown(format)}`, {
        hint: 'cyclonedx-1.6, cyclonedx-1.7 and spdx-2.3 are written.',
      });
  }
}

function toTheSecond(time: Date | string): string {
  const date = new Date(time);
  const isWhole =
    typeof time !== 'string' || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(time);
  if (isWhole && !Number.isNaN(date.getTime())) return date.toISOString().replace(/\.\d+Z$/, 'Z');
  throw new VersioningError('INVALID_OPTION', `Expected a timestamp as 2026-11-27T12:00:00Z, got ${shown(time)}`);
}

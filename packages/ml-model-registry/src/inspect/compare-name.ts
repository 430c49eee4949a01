import type { Findings } from './findings.ts';
import type { FormatReport } from './inspection.ts';
import { formatsOfName } from './names.ts';

/** Reports a file whose content is not what its name promises. */
export function compareName(
  name: string,
  found: { readonly report: FormatReport; readonly findings: Findings; readonly part?: string | undefined },
): void {
  const promised = formatsOfName(name);
  const { format } = found.report;
  if (promised === undefined || format === 'unknown' || promised.includes(format)) return;
  const message = `Expected ${promised.join(' or ')} by the name, got ${format}`;
  found.findings.add('NAME_MISMATCH', message, { offset: 0, part: found.part });
}

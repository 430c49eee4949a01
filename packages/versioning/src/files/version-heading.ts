/** A version in the text of a heading or of a link, and what stands around it. */
export interface FoundVersion {
  readonly version: string;
  /** `[v`, `Version `, `@x/tools@`. */
  readonly before: string;
  /** `] - 2026-01-31`. */
  readonly after: string;
}

const VERSION =
  /^((?:<a\b[^>]*><\/a>\s*)?(?:(?:release|version)\s+)?\[?(?:@?[\w./-]+@)?v?)(\d+\.\d+(?:\.\d+)?(?:-[0-9a-z.-]*[0-9a-z])?(?:\+[0-9a-z.-]*[0-9a-z])?)(?![\w.])(.*)$/i;
/** What may follow where not everything may: a link, a day, and that it was taken back. */
const ORDINARY = /^\]?(?:\([^()]*\))? ?(?:[-–—/:]? ?\(?\d{4}-\d{2}-\d{2}\)?)? ?(?:\[yanked\])?$/i;

/** With one blank where there are several. */
const narrow = (text: string): string => text.replaceAll(/\s+/g, ' ');

/**
 * The version that a heading is of; `undefined` for other headings. On the third level, and with two numbers only, more than a day
 * behind it makes it another heading: "### 2.0.0 without a hurry" is advice.
 */
export function versionIn(text: string, level: number): FoundVersion | undefined {
  const [, before = '', version = '', after = ''] = VERSION.exec(text) ?? [];
  if (version === '' || level > 3) return undefined;
  const isWhole = /^\d+\.\d+\.\d/.test(version);
  return (level < 3 && isWhole) || ORDINARY.test(narrow(after)) ? { version, before, after } : undefined;
}

/** Whether a heading or a link is that of what has no version yet. */
export const isUnreleased = (text: string): boolean => /^\[?unreleased(?![\w-])/i.test(text);

/** What stands around the versions of headings. */
export interface HeadingForm {
  readonly level: number;
  /** The line below, of this character. */
  readonly underline: '=' | '-' | undefined;
  /** Before the version, an opening bracket included. */
  readonly before: string;
  /** The address behind a bracket, as in `[1.2.0](https://…)`. */
  readonly address: string | undefined;
  /** What stands before and after the day; `undefined`: no day. */
  readonly day: readonly [before: string, after: string] | undefined;
}

/** The form of a heading that there is, for the next one. Names of releases, and that one was taken back, are its own. */
export function formOf({ before, after }: FoundVersion): Pick<HeadingForm, 'before' | 'address' | 'day'> {
  const [, address, behind = ''] = /^\](?:\(([^()]*)\))?(.*)$/.exec(after) ?? [undefined, undefined, after];
  const [, open, close = ''] = /( ?[-–—/:]? ?\(?)\d{4}-\d{2}-\d{2}(\)?)/.exec(narrow(behind)) ?? [];
  const other: HeadingForm['day'] = /\b\d{4}\b/.test(behind) ? [' - ', ''] : undefined;
  return {
    before: before.replace(/^<a\b[^>]*><\/a>\s*/i, ''),
    address,
    day: open === undefined ? other : [open === '' ? ' - ' : open, close],
  };
}

/** A heading as lines, without line ends. */
export function formatHeading(
  version: string,
  { dateMs, form }: { readonly dateMs: number | undefined; readonly form: HeadingForm },
): string[] {
  const { level, underline, before, address, day } = form;
  const close = before.includes('[') ? ']' : '';
  const link = close === '' || address === undefined ? '' : `(${address})`;
  const date = day === undefined || dateMs === undefined ? '' : day.join(new Date(dateMs).toISOString().slice(0, 10));
  const text = `${before}${version}${close}${link}${date}`;
  return underline === undefined ? [`${'#'.repeat(level)} ${text}`] : [text, underline.repeat(text.length)];
}

/** A commit or a tag as git stores it. */
export interface ObjectText {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** What stands below the headers. */
  readonly body: string;
}

/** Lines that begin a signature below a tag's message: those that git knows itself. */
const SIGNATURE = /^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE|SSH SIGNATURE)-----$/gm;

/** Takes an object apart. A header's further lines begin with a space. */
export function parseObjectText(text: string): ObjectText {
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text.trimEnd() : text.slice(0, end);
  const headers = head.split(/\n(?! )/).map((line): [string, string] => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), line.slice(space + 1).replaceAll('\n ', '\n')];
  });
  return { headers, body: end < 0 ? '' : text.slice(end + 2) };
}

/** The value of the first header of a name. */
export const headerOf = ({ headers }: ObjectText, name: string): string | undefined =>
  headers.find(([each]) => each === name)?.[1];

/** Where the signature begins; as for git, the last line counts that could begin one. */
export function signatureStart(body: string): number | undefined {
  return [...body.matchAll(SIGNATURE)].at(-1)?.index;
}

/** What stands for a secret. */
const MASK = '***';

/** Takes secrets out of texts that people will read. */
export type Mask = (text: string) => string;

/** A mask for these values, as they are and as URLs write them; passwords in URLs are masked whatever they are. */
export function maskOf(secrets: Iterable<string>): Mask {
  const values = [...secrets].filter((value) => value !== '').flatMap((value) => [value, encodeURIComponent(value)]);
  // A value may hold another one.
  const longestFirst = [...new Set(values)].toSorted((a, b) => b.length - a.length);
  return (text) => {
    const masked = longestFirst.reduce((shown, value) => shown.replaceAll(value, MASK), text);
    return masked.replaceAll(/(?<=:\/\/[^\s:/@]*:)[^\s/@]+(?=@)/g, MASK);
  };
}

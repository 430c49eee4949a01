/**
 * The name that was probably meant: the one with the fewest edits, if those are at most two fifths of the letters of the word, or one. Capitals don't count; words of one
 * or two letters are near to everything.
 */
export function nearestName(word: string, names: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let most = word.length < 3 ? 0 : Math.max(1, Math.floor(word.length * 0.4));
  for (const name of names) {
    const edits = editsWithin(wanted, name.toLowerCase(), most);
    if (edits === undefined) continue;
    if (edits === 0) return name;
    best = name;
    // The next one has to be nearer.
    most = edits - 1;
  }
  return best;
}

/**
 * How many letters are put in, taken out or replaced, if they are at most `most`: Levenshtein's distance (1965), row by row, given up where no path
 * can be short enough, so that a name among thousands is found at once.
 */
function editsWithin(a: string, b: string, most: number): number | undefined {
  if (Math.abs(a.length - b.length) > most) return undefined;
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const edits = Math.min(replaced, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      row.push(edits);
      least = Math.min(least, edits);
    }
    if (least > most) return undefined;
    last = row;
  }
  const edits = last[b.length] as number;
  return edits <= most ? edits : undefined;
}
